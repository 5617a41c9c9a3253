using System.Net;
using FsCheck;
using FsCheck.Fluent;
using LarkService.Accounts.Limits;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Accounts;

public sealed class SlidingCountTests
{
    private const long Start = 1_772_355_600_000;
    private static readonly LimitRule Ten = LimitRule.PerMinute(10);
    private static readonly Config Cases = Config.QuickThrowOnFailure.WithMaxTest(500);

    private static Gen<int[]> Gaps => Gen.Choose(0, 9000).ArrayOf();

    [Fact]
    public void As_many_as_the_limit_says_are_let_through_and_then_none_until_the_first_is_a_window_old()
    {
        var count = new SlidingCount();
        for (var i = 0; i < 10; i++)
        {
            var verdict = count.Take(Ten, Start);
            Assert.Equal((true, 9 - i), (verdict.IsFree, verdict.Left));
        }

        var refused = count.Take(Ten, Start + 59_000);
        Assert.Equal((false, 0), (refused.IsFree, refused.Left));
        Assert.True(count.Take(Ten, Start + 59_000 + (long)refused.Wait.TotalMilliseconds).IsFree);
        Assert.InRange(refused.Wait, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Whoever_is_refused_is_not_counted() // else a caller that never rests would never get in again
    {
        var count = new SlidingCount();
        for (var at = Start; at < Start + 64_000; at += 100)
        {
            count.Take(Ten, at);
        }

        Assert.True(count.Take(Ten, Start + 68_000).IsFree);
    }

    [Fact]
    public void In_no_stretch_as_long_as_the_window_are_there_more_than_the_limit_whenever_they_come() => Prop.ForAll(
        Gaps.ToArbitrary(), gaps =>
        {
            var count = new SlidingCount();
            var at = Start;
            List<long> free = [];
            foreach (var gap in gaps.Concat(gaps).Concat(gaps))
            {
                at += gap;
                if (count.Take(Ten, at).IsFree)
                {
                    free.Add(at);
                }
            }

            return free.All(end => free.Count(t => t > end - 60_000 && t <= end) <= Ten.Most);
        }).Check(Cases);

    [Fact]
    public void The_wait_that_is_told_is_long_enough_and_a_part_too_long_at_most() => Prop.ForAll(
        Gaps.ToArbitrary(), gaps =>
        {
            var count = new SlidingCount();
            var at = Start;
            foreach (var gap in gaps)
            {
                at += gap / 4;
                var verdict = count.Take(Ten, at);
                if (!verdict.IsFree)
                {
                    return verdict.Wait <= TimeSpan.FromSeconds(64) && count.Take(Ten, at + (long)verdict.Wait.TotalMilliseconds).IsFree;
                }
            }

            return true;
        }).Check(Cases);

    [Fact]
    public void What_others_let_through_counts_here_once_it_is_known()
    {
        var (here, there) = (new SlidingCount(), new SlidingCount());
        for (var i = 0; i < 6; i++)
        {
            here.Take(Ten, Start);
            there.Take(Ten, Start);
        }

        // Both tell, and hear that there were twelve
        var told = 0;
        here.Collect((_, calls) => told += calls);
        there.Collect((_, calls) => told += calls);
        Assert.Equal(12, told);
        here.Learn(Start / 4000 * 4000, 12);
        Assert.False(here.Take(Ten, Start + 1).IsFree);

        // Told once, it is not told again, unless it could not be told
        here.Collect((_, _) => Assert.Fail("told twice"));
        here.PutBack(Start / 4000 * 4000, 6);
        here.Collect((_, calls) => told += calls);
        Assert.Equal(18, told);
    }

    [Fact]
    public void A_clock_that_is_put_back_gives_nothing_away()
    {
        var count = new SlidingCount();
        for (var i = 0; i < 10; i++)
        {
            count.Take(Ten, Start);
        }

        Assert.False(count.Take(Ten, Start - 30_000).IsFree);
        Assert.False(count.Take(Ten, Start + 1000).IsFree);
        Assert.False(count.Take(Ten, Start - 86_400_000).IsFree);
    }

    [Fact]
    public void A_clock_that_is_put_back_by_a_day_holds_nobody_up_for_longer_than_a_window()
    {
        var count = new SlidingCount();
        for (var i = 0; i < 10; i++)
        {
            count.Take(Ten, Start);
        }

        var refused = count.Take(Ten, Start - 86_400_000);

        Assert.InRange(refused.Wait, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(64));
        Assert.True(count.Take(Ten, Start - 86_400_000 + (long)refused.Wait.TotalMilliseconds).IsFree);
        var told = 0;
        count.Collect((_, calls) => told += calls);
        Assert.Equal(1, told); // what was before is over
    }

    [Fact]
    public void Whoever_looks_is_not_counted()
    {
        var count = new SlidingCount();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal((true, 10), (count.Look(Ten, Start).IsFree, count.Look(Ten, Start).Left));
        }

        for (var i = 0; i < 10; i++)
        {
            count.Take(Ten, Start);
        }

        Assert.False(count.Look(Ten, Start).IsFree);
    }

    [Theory]
    [InlineData(60, 64)]
    [InlineData(900, 960)]
    public void Of_the_others_only_what_still_counts_is_asked_for(int window, int reachesBack)
    {
        var count = new SlidingCount();
        count.Take(new LimitRule(10, TimeSpan.FromSeconds(window)), Start);

        Assert.InRange(Start - count.Collect((_, _) => { }), 1, reachesBack * 1000);
    }

    [Fact]
    public void A_hundred_thousand_addresses_are_remembered_and_the_ones_seen_last_among_them()
    {
        var clock = new ManualTime();
        var counts = new RequestCounts(clock);
        var rule = LimitRule.PerQuarterHour(1);
        for (var i = 0; i < RequestCounts.Most; i++)
        {
            counts.Take(Address(i), rule);
            if (i == (RequestCounts.Most / 2) - 1)
            {
                clock.AdvanceSeconds(60);
            }
        }

        counts.Take(Address(RequestCounts.Most), rule);

        Assert.Equal((RequestCounts.Most / 2) - (RequestCounts.Most / 8), Enumerable.Range(0, RequestCounts.Most / 2).Count(i => counts.Find(Address(i)) is not null));
        Assert.DoesNotContain(Enumerable.Range(RequestCounts.Most / 2, RequestCounts.Most / 2), i => counts.Find(Address(i)) is null);
        Assert.False(counts.Take(Address(RequestCounts.Most - 1), rule).IsFree);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::1", "0.0.0.0", false)]
    public void An_address_is_counted_by_itself_and_an_IPv6_address_by_its_network(string one, string other, bool areSame)
    {
        var (a, b) = (LimitKey.Of(LimitKind.Open, IPAddress.Parse(one)), LimitKey.Of(LimitKind.Open, IPAddress.Parse(other)));

        Assert.Equal(areSame, a == b);
        Assert.Equal(areSame, a.Text == b.Text);
        Assert.NotEqual(a, LimitKey.Of(LimitKind.Stranger, IPAddress.Parse(one)));
    }

    private static LimitKey Address(int number) => LimitKey.Of(LimitKind.Open, new IPAddress(number));
}

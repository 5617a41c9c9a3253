using LarkService.Authorization;
using LarkService.Authorization.Flows;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.Authorization;

public sealed class SlowLooksTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private readonly ManualTime _clock = new();
    private readonly SlowLooks _looks;

    public SlowLooksTests() => _looks = new(Options.Create(new AuthorizationOptions { SessionLifetime = Lifetime }), _clock);

    [Fact]
    public void Ten_thousand_sessions_cost_no_more_than_a_poll_every_five_seconds()
    {
        var now = _clock.GetUtcNow();
        var times = Enumerable.Range(0, 10_000).Select(_ => _looks.Next(Some.AppId, now + Lifetime)).OfType<DateTimeOffset>().ToList();

        Assert.Equal(now + SlowLooks.Pause, times[0]);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.Equal(SlowLooks.PollsApart, pair.Second - pair.First));
        Assert.True(times[^1] <= now + Lifetime);
        Assert.InRange(times.Count, 110, 120); // and nothing after the end
    }

    [Fact]
    public void A_code_that_ends_early_is_replaced_at_its_end_when_there_is_no_room_for_a_poll_before()
    {
        var now = _clock.GetUtcNow();

        Assert.Equal(now.AddSeconds(20), _looks.Next(Some.AppId, now.AddSeconds(20)));
        Assert.Equal(now.AddSeconds(21), _looks.Next(Some.AppId, now.AddSeconds(20))); // one after the other
        Assert.Equal(now.AddSeconds(30), _looks.Next(Some.AppId, now.AddSeconds(40))); // polled first
    }

    [Fact]
    public void A_code_that_ends_with_its_session_is_not_replaced()
    {
        for (var i = 0; i < 200; i++)
        {
            _looks.Next(Some.AppId, _clock.GetUtcNow() + Lifetime);
        }

        Assert.Null(_looks.Next(Some.AppId, _clock.GetUtcNow() + Lifetime));
    }

    [Fact]
    public void A_code_that_has_ended_already_is_not_asked_for_again_and_again()
    {
        var now = _clock.GetUtcNow();

        Assert.Equal(now + SlowLooks.Pause, _looks.Next(Some.AppId, now.AddSeconds(-1)));
    }

    [Fact]
    public void After_a_rush_there_is_room_again_and_another_app_never_lacked_any()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _looks.Next(Some.AppId, _clock.GetUtcNow() + Lifetime);
        }

        Assert.Equal(_clock.GetUtcNow() + SlowLooks.Pause, _looks.Next("cli_other", _clock.GetUtcNow() + Lifetime));
        _clock.Advance(Lifetime);
        Assert.Equal(_clock.GetUtcNow() + SlowLooks.Pause, _looks.Next(Some.AppId, _clock.GetUtcNow() + Lifetime));
    }
}

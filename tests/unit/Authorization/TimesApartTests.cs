using LarkService.Authorization.Flows;

namespace LarkService.UnitTests.Authorization;

public sealed class TimesApartTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Times_are_a_gap_apart_and_never_before_they_are_wanted()
    {
        var times = new TimesApart(TimeSpan.FromSeconds(2));

        Assert.Equal([Noon, Noon.AddSeconds(2), Noon.AddSeconds(60), Noon.AddSeconds(62)], new[] { Noon, Noon, Noon.AddSeconds(60), Noon }.Select(t => times.Next(t, DateTimeOffset.MaxValue)!.Value));
    }

    [Fact]
    public void Some_may_come_together_after_a_quiet_spell_and_not_again_at_once()
    {
        var times = new TimesApart(TimeSpan.FromSeconds(1), together: 3);

        Assert.Equal([0, 0, 0, 1, 2], Enumerable.Range(0, 5).Select(_ => (times.Next(Noon, DateTimeOffset.MaxValue)!.Value - Noon).TotalSeconds));
        Assert.Equal(4, (times.Next(Noon.AddSeconds(4), DateTimeOffset.MaxValue)!.Value - Noon).TotalSeconds);
        Assert.Equal(4, (times.Next(Noon.AddSeconds(4), DateTimeOffset.MaxValue)!.Value - Noon).TotalSeconds);
        Assert.Equal(5, (times.Next(Noon.AddSeconds(4), DateTimeOffset.MaxValue)!.Value - Noon).TotalSeconds);
    }

    [Fact]
    public void Where_there_is_no_room_in_time_none_is_used_up()
    {
        var times = new TimesApart(TimeSpan.FromSeconds(10));
        times.Next(Noon, Noon);

        Assert.Null(times.Next(Noon, Noon.AddSeconds(9)));
        Assert.Equal(Noon.AddSeconds(10), times.Next(Noon, Noon.AddSeconds(10)));
    }
}

using LarkService.Events.Inbox;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Events;

public sealed class InboxPaceTests
{
    private readonly ManualTime _clock = new();

    [Fact]
    public void Handling_does_not_wait_for_events_that_come_one_by_one()
    {
        var pace = new InboxPace(_clock);
        pace.Storing(1);
        pace.Stored(1);
        Assert.True(pace.YieldAsync(_clock.GetUtcNow(), CancellationToken.None).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Handling_waits_until_a_burst_is_over()
    {
        var pace = new InboxPace(_clock);
        pace.Storing(64);
        pace.Stored(64);
        var waiting = pace.YieldAsync(_clock.GetUtcNow(), CancellationToken.None).AsTask();
        await _clock.SomeoneWaitsForAsync(0.025);
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(25));
        await waiting.Soon();
    }

    [Fact]
    public async Task Handling_goes_on_slowly_even_in_a_burst_that_does_not_end()
    {
        var pace = new InboxPace(_clock);
        pace.Storing(64);
        var waiting = pace.YieldAsync(_clock.GetUtcNow(), CancellationToken.None).AsTask();
        for (var i = 0; i < 20; i++)
        {
            Assert.False(waiting.IsCompleted);
            await _clock.SomeoneWaitsForAsync(0.025);
            _clock.Advance(TimeSpan.FromMilliseconds(25));
        }

        await waiting.Soon();
    }

    [Fact]
    public async Task Nothing_waits_for_the_intake_once_it_is_two_seconds_old()
    {
        var pace = new InboxPace(_clock);
        var came = _clock.GetUtcNow();
        pace.Storing(64);
        _clock.AdvanceSeconds(1.99);
        var waiting = pace.YieldAsync(came, CancellationToken.None).AsTask();
        await _clock.SomeoneWaitsForAsync(0.025);
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(25));
        await waiting.Soon();
        Assert.True(pace.YieldAsync(came, CancellationToken.None).AsTask().IsCompletedSuccessfully);
    }
}

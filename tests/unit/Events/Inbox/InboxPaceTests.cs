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
        pace.Stored(1, success: true);
        Assert.True(pace.YieldAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Handling_waits_until_a_burst_is_over()
    {
        var pace = new InboxPace(_clock);
        pace.Storing(64);
        pace.Stored(64, success: true);
        var waiting = pace.YieldAsync(CancellationToken.None).AsTask();
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
        var waiting = pace.YieldAsync(CancellationToken.None).AsTask();
        for (var i = 0; i < 20; i++)
        {
            Assert.False(waiting.IsCompleted);
            await _clock.SomeoneWaitsForAsync(0.025);
            _clock.Advance(TimeSpan.FromMilliseconds(25));
        }

        await waiting.Soon();
    }

    [Fact]
    public void Handling_does_not_wait_when_too_many_wait_for_it()
    {
        var pace = new InboxPace(_clock);
        for (var i = 0; i < 100; i++)
        {
            pace.Storing(256);
            pace.Stored(256, success: true);
        }

        Assert.True(pace.YieldAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
        for (var i = 0; i < 1000; i++)
        {
            pace.Handled();
        }

        Assert.False(pace.YieldAsync(CancellationToken.None).AsTask().IsCompleted);
    }
}

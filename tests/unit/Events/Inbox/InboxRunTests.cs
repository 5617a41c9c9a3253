using LarkService.Events.Inbox;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Events;

/// <summary>What of a run is still ours.</summary>
public sealed class InboxRunTests : IDisposable
{
    private readonly ManualTime _clock = new();
    private readonly List<InboxEvent> _events;
    private readonly InboxRun _run;

    public InboxRunTests()
    {
        _events = [.. new[] { "e1", "e2" }.Select((id, i) => new InboxEvent
        {
            EventId = id, AppId = "a", EventType = "t", OrderingKey = "k", Position = i, DueAt = _clock.GetUtcNow(), CreatedAt = _clock.GetUtcNow(),
        })];
        _run = new InboxRun(_events, _clock.GetTimestamp(), _clock);
    }

    [Fact]
    public void A_run_is_safe_until_two_seconds_before_its_lease_ends()
    {
        _clock.AdvanceSeconds(12.9);
        Assert.True(_run.IsSafe);
        _clock.AdvanceSeconds(0.1);
        Assert.False(_run.IsSafe);
    }

    [Fact]
    public void A_renewal_counts_from_before_it_was_written()
    {
        _clock.AdvanceSeconds(5);
        var before = _clock.GetTimestamp();
        _clock.AdvanceSeconds(4);
        _run.Renewed(before);
        _clock.AdvanceSeconds(8.9);
        Assert.True(_run.IsSafe);
        _clock.AdvanceSeconds(0.1);
        Assert.False(_run.IsSafe);
    }

    [Fact]
    public void A_run_that_was_not_safe_any_more_is_not_made_so_by_a_renewal()
    {
        _clock.AdvanceSeconds(13);
        _run.Renewed(_clock.GetTimestamp());
        Assert.False(_run.IsSafe);
    }

    [Fact]
    public void An_event_whose_end_is_being_written_cannot_be_lost_but_the_others_can()
    {
        _run.Ending(_events[0]);
        Assert.False(_run.Lose(_events[0]));
        Assert.False(_run.Lost.IsCancellationRequested);
        Assert.Equal(_events, _run.Held());
        Assert.True(_run.Lose(_events[1]));
        Assert.True(_run.Lost.IsCancellationRequested);
    }

    public void Dispose() => _run.Dispose();
}

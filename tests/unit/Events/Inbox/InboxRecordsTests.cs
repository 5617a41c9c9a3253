using System.Text;
using LarkService.Events.Inbox;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Events;

/// <summary>What is kept of events, for how long, and what operators see of it.</summary>
public sealed class InboxRecordsTests : IAsyncLifetime
{
    private readonly RunningEvents _events = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _events.DisposeAsync();

    [Fact]
    public async Task Handled_events_are_forgotten_after_two_days_and_dead_ones_after_thirty()
    {
        await _events.ReceiveAsync(Pushes.Event("done", _events.Clock));
        await _events.RunDueAsync();
        await _events.ReceiveAsync(Pushes.Event("dead", _events.Clock));
        await DieAsync();
        var house = _events.Get<InboxHousekeeping>();

        _events.Clock.Advance(TimeSpan.FromHours(47.9));
        await house.ForgetAsync(Ct);
        Assert.Equal(2, (await _events.Database.AllAsync<InboxEvent>()).Count);
        _events.Clock.Advance(TimeSpan.FromHours(0.1));
        await house.ForgetAsync(Ct);
        Assert.Equal("dead", Assert.Single(await _events.Database.AllAsync<InboxEvent>()).EventId);
        _events.Clock.Advance(TimeSpan.FromDays(28));
        await house.ForgetAsync(Ct);
        Assert.Empty(await _events.Database.AllAsync<InboxEvent>());
        Assert.Equal(1, _events.Counted("forgotten", Pushes.Type));
    }

    [Fact]
    public async Task A_secret_in_a_failure_is_not_kept_and_a_long_one_is_cut()
    {
        _events.Handler.Work = (_, _) => throw new InvalidOperationException("token=abc123\n" + new string('x', 1000));
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        await _events.RunDueAsync();
        var error = (await _events.RowAsync("e1")).LastError!;
        Assert.StartsWith("InvalidOperationException: token=*** xxx", error, StringComparison.Ordinal);
        Assert.Equal(500, error.Length);
    }

    [Theory]
    [InlineData(460)]
    [InlineData(461)]
    [InlineData(0)]
    public void A_failure_is_a_text_a_database_takes_wherever_it_is_cut(int before)
    {
        var kept = InboxErrors.Of(new InvalidOperationException(new string('x', before) + string.Concat(Enumerable.Repeat("😀", 100)) + (before == 0 ? "\ud83d" : "")));
        Assert.True(kept.Length <= InboxErrors.MaxLength);
        Assert.Equal(kept.Length, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(new UTF8Encoding(false, true).GetBytes(kept)).Length);
    }

    [Fact]
    public async Task An_end_that_cannot_be_written_does_not_hold_up_those_that_share_its_commit()
    {
        // Given three ended events, of which one cannot be written
        for (var i = 0; i < 3; i++)
        {
            await _events.ReceiveAsync(Pushes.InChat($"e{i}", $"oc_{i}", _events.Clock));
        }

        await _events.Database.Database.RunAsync(db => db.Database.ExecuteSqlRawAsync(
            "CREATE TRIGGER poison BEFORE UPDATE ON inbox_events WHEN NEW.last_error = 'poison' BEGIN SELECT RAISE(ABORT, 'no'); END", Ct));
        var claimed = (await _events.Get<InboxClaims>().ClaimAsync(8, _ => false, true, Ct)).SelectMany(run => run).OrderBy(e => e.EventId, StringComparer.Ordinal).ToList();
        using var noMore = new CancellationTokenSource();
        var ends = _events.Get<EventEnds>();

        // When the last two are written with one commit, behind the first
        var turn = await _events.Database.Database.TakeTurnAsync(Ct);
        var first = ends.WriteAsync(new EventEnd.Done(claimed[0]), noMore.Token);
        await _events.Clock.SomeoneWaitsForAsync(10);
        var bad = ends.WriteAsync(new EventEnd.Failed(claimed[1], TimeSpan.Zero, "poison"), noMore.Token);
        var good = ends.WriteAsync(new EventEnd.Done(claimed[2]), noMore.Token);
        turn.Dispose();

        // Then the good ones are
        await Task.WhenAll(first, good).Soon();
        Assert.Equal(InboxState.Done, (await _events.RowAsync("e2")).State);
        Assert.False(bad.IsCompleted);
        await noMore.CancelAsync();
        await bad.Soon();
    }

    [Fact]
    public async Task A_dead_event_is_listed_and_replayed_with_all_its_tries()
    {
        await _events.ReceiveAsync(Pushes.InChat("e1", "oc_1", _events.Clock));
        await DieAsync();
        var stored = _events.Get<StoredEvents>();
        var listed = Assert.Single(await stored.ListAsync(InboxState.Dead, null, EventCursor.Start, 10, Ct));
        Assert.Equal(("e1", "dead", "X: x", (DateTimeOffset?)_events.Clock.GetUtcNow()), (listed.EventId, listed.State, listed.LastError, listed.DeadAt));
        Assert.Empty(await stored.ListAsync(InboxState.Dead, "cli_other", EventCursor.Start, 10, Ct));
        Assert.Empty(await stored.ListAsync(InboxState.Received, null, EventCursor.Start, 10, Ct));

        _events.Clock.AdvanceSeconds(60);
        var replayed = Assert.IsType<ReplayOutcome.Replayed>(await stored.ReplayAsync("e1", Ct));
        Assert.Equal(("received", 0, _events.Clock.GetUtcNow()), (replayed.Event.State, replayed.Event.Attempts, replayed.Event.DueAt));
        Assert.Equal("received", Assert.IsType<ReplayOutcome.NotDead>(await stored.ReplayAsync("e1", Ct)).State);
        Assert.IsType<ReplayOutcome.Unknown>(await stored.ReplayAsync("e2", Ct));
        Assert.Equal(1, _events.Counted("replayed", Pushes.Type));
        Assert.Equal(1, await _events.RunDueAsync());
        Assert.Equal("done", Assert.IsType<ReplayOutcome.NotDead>(await stored.ReplayAsync("e1", Ct)).State);
    }

    [Fact]
    public async Task A_list_is_read_page_by_page()
    {
        for (var i = 0; i < 5; i++)
        {
            await _events.ReceiveAsync(Pushes.Event($"e{i}", _events.Clock));
        }

        var stored = _events.Get<StoredEvents>();
        List<string> seen = [];
        string? cursor = null;
        do
        {
            var after = cursor is null ? EventCursor.Start : EventCursor.Read(cursor)!.Value;
            var page = EventCursor.Page(await stored.ListAsync(InboxState.Received, null, after, 3, Ct), 2);
            seen.AddRange(page.Items.Select(e => e.EventId));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        Assert.Equal(["e0", "e1", "e2", "e3", "e4"], seen);
        Assert.Null(EventCursor.Read("!"));
        Assert.Null(EventCursor.Read("eA"));
    }

    private async Task DieAsync()
    {
        var process = _events.Another();
        foreach (var e in await process.ClaimAsync())
        {
            await process.Store.EndAsync([new EventEnd.Failed(e, null, "X: x")], Ct);
        }
    }
}

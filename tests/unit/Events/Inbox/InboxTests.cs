using System.Text;
using LarkService.Data;
using LarkService.Events.Inbox;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Events;

/// <summary>What becomes of stored events.</summary>
public sealed class InboxTests : IAsyncLifetime
{
    private readonly RunningEvents _events = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _events.DisposeAsync();

    [Fact]
    public async Task A_handled_event_keeps_its_id_and_loses_its_content()
    {
        await _events.ReceiveAsync(Pushes.InChat("e1", "oc_1", _events.Clock));
        await _events.RunDueAsync();
        var received = await _events.Handler.ReceivedAsync();
        Assert.Equal(("e1", Pushes.Type, Some.AppId, "oc_1"), (received.EventId, received.EventType, received.AppId, received.Body.GetProperty("chat_id").GetString()));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1760000000123), received.CreatedAt);

        var row = await _events.RowAsync("e1");
        Assert.Equal((InboxState.Done, null, null, (DateTimeOffset?)_events.Clock.GetUtcNow()), (row.State, row.Payload, row.LeaseOwner, row.HandledAt));
        Assert.Equal(1, _events.Counted("handled", Pushes.Type));
    }

    [Fact]
    public async Task A_failing_event_is_tried_eight_times_and_then_set_aside()
    {
        _events.Handler.Work = (_, _) => throw new InvalidOperationException("x");
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        foreach (var pause in new[] { 1, 5, 30, 300, 1800, 7200, 21600 })
        {
            Assert.Equal(1, await _events.RunDueAsync());
            var row = await _events.RowAsync("e1");
            Assert.Equal((InboxState.Received, _events.Clock.GetUtcNow().AddSeconds(pause), "InvalidOperationException: x"), (row.State, row.DueAt, row.LastError));
            Assert.Equal(0, await _events.RunDueAsync());
            _events.Clock.AdvanceSeconds(pause);
        }

        Assert.Equal(1, await _events.RunDueAsync());
        var dead = await _events.RowAsync("e1");
        Assert.Equal((InboxState.Dead, 8, _events.Clock.GetUtcNow()), (dead.State, dead.Attempts, dead.HandledAt));
        Assert.NotNull(dead.Payload);
        Assert.Equal((7, 1), (_events.Counted("failed"), _events.Counted("dead")));
        _events.Clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(0, await _events.RunDueAsync());
    }

    [Fact]
    public async Task A_handler_that_throws_before_its_first_await_is_a_failure_like_any_other()
    {
        _events.Handler.Work = (_, _) => throw new InvalidOperationException("x");
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        await _events.RunDueAsync();
        Assert.Equal(InboxState.Received, (await _events.RowAsync("e1")).State);
    }

    [Fact]
    public async Task Events_of_a_chat_are_handled_in_the_order_they_came()
    {
        // Given a first one that fails once
        _events.Handler.Work = (e, _) => e.EventId == "z" ? throw new InvalidOperationException("x") : Task.CompletedTask;
        await _events.ReceiveAsync(Pushes.InChat("z", "oc_1", _events.Clock));
        await _events.ReceiveAsync(Pushes.InChat("a", "oc_1", _events.Clock));
        await _events.ReceiveAsync(Pushes.InChat("b", "oc_2", _events.Clock));

        // Then another chat does not wait for it, and its own does
        await _events.RunDueAsync();
        Assert.Equal((InboxState.Received, 0), ((await _events.RowAsync("a")).State, (await _events.RowAsync("a")).Attempts));
        Assert.Equal(InboxState.Done, (await _events.RowAsync("b")).State);
        Assert.Equal(0, await _events.RunDueAsync());

        // Until it has succeeded
        _events.Handler.Work = (_, _) => Task.CompletedTask;
        _events.Clock.AdvanceSeconds(1);
        Assert.Equal(1, await _events.RunDueAsync());
        Assert.Equal(1, await _events.RunDueAsync());
        Assert.Equal(InboxState.Done, (await _events.RowAsync("a")).State);
    }

    [Fact]
    public async Task One_event_that_cannot_be_handled_does_not_hold_up_its_chat_for_hours()
    {
        _events.Handler.Work = (e, _) => e.EventId == "bad" ? throw new InvalidOperationException("x") : Task.CompletedTask;
        await _events.ReceiveAsync(Pushes.InChat("bad", "oc_1", _events.Clock));
        await _events.ReceiveAsync(Pushes.InChat("good", "oc_1", _events.Clock));
        foreach (var pause in new[] { 1, 5, 30, 0 })
        {
            Assert.Equal(InboxState.Received, (await _events.RowAsync("good")).State);
            await _events.RunDueAsync();
            _events.Clock.AdvanceSeconds(pause);
        }

        await _events.RunDueAsync();
        Assert.Equal(InboxState.Done, (await _events.RowAsync("good")).State);
    }

    [Fact]
    public async Task Two_processes_do_not_take_the_same_event_nor_the_same_chat()
    {
        await _events.ReceiveAsync(Pushes.InChat("e1", "oc_1", _events.Clock));
        Assert.Equal("e1", Assert.Single(await _events.Another().ClaimAsync()).EventId);
        await _events.ReceiveAsync(Pushes.InChat("e2", "oc_1", _events.Clock));
        await _events.ReceiveAsync(Pushes.InChat("e3", "oc_2", _events.Clock));
        Assert.Equal("e3", Assert.Single(await _events.Another().ClaimAsync()).EventId);
    }

    [Fact]
    public async Task Events_of_a_chat_are_claimed_together_but_one_that_was_tried_before_goes_alone()
    {
        for (var i = 0; i < 3; i++)
        {
            await _events.ReceiveAsync(Pushes.InChat($"e{i}", "oc_1", _events.Clock));
        }

        Assert.Equal(["e0", "e1", "e2"], (await _events.Another().ClaimAsync()).Select(e => e.EventId));
        _events.Clock.Advance(InboxStore.Lease);
        Assert.Equal(("e0", 2), (await _events.Another().ClaimAsync()).Select(e => (e.EventId, e.Attempts)).Single());
    }

    [Fact]
    public async Task A_run_is_bounded_in_number_and_in_size()
    {
        for (var i = 0; i < 40; i++)
        {
            await _events.ReceiveAsync(Pushes.InChat($"s{i:00}", "oc_small", _events.Clock));
        }

        for (var i = 0; i < 4; i++)
        {
            await _events.ReceiveAsync(Pushes.Event($"b{i}", _events.Clock, body: new { chat_id = "oc_big", text = new string('x', 40_000) }));
        }

        var claimed = await _events.Another().ClaimAsync();
        Assert.Equal(32, claimed.Count(e => e.EventId[0] == 's'));
        Assert.Equal(["b0", "b1"], claimed.Where(e => e.EventId[0] == 'b').Select(e => e.EventId));
    }

    [Fact]
    public async Task Every_chat_has_its_turn_however_many_there_are()
    {
        for (var i = 0; i < 300; i++)
        {
            await _events.ReceiveAsync(Pushes.InChat($"e{i:000}", $"oc_{i}", _events.Clock));
        }

        // Given more chats waiting for a retry than one look goes through
        _events.Handler.Work = (_, _) => throw new InvalidOperationException("x");
        var other = _events.Another();
        HashSet<string> seen = [];
        for (var look = 0; look < 12; look++)
        {
            seen.UnionWith((await other.ClaimAsync(30)).Select(e => e.EventId));
        }

        Assert.Equal(300, seen.Count);
    }

    [Fact]
    public async Task What_a_dead_process_had_in_hand_is_taken_over_when_its_lease_has_run_out()
    {
        // Given a process that claimed an event and died
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        var dead = _events.Another();
        var held = Assert.Single(await dead.ClaimAsync());
        _events.Clock.AdvanceSeconds(14.9);
        Assert.Equal(0, await _events.RunDueAsync());

        // When its lease has run out we handle it
        _events.Clock.AdvanceSeconds(0.1);
        Assert.Equal(1, await _events.RunDueAsync());

        // And should it only have been asleep, nothing it writes counts any more
        await dead.Store.EndAsync([new EventEnd.Failed(held, TimeSpan.Zero, "Late")], Ct);
        Assert.Equal(["e1"], await dead.Store.RenewAsync(["e1"], Ct));
        Assert.Equal(InboxState.Done, (await _events.RowAsync("e1")).State);
    }

    [Fact]
    public async Task A_process_that_was_overtaken_begins_no_further_event_of_the_run()
    {
        // Given a run of two, and a process that stands still in the first one until another has taken that over
        await _events.ReceiveAsync(Pushes.InChat("e1", "oc_1", _events.Clock));
        await _events.ReceiveAsync(Pushes.InChat("e2", "oc_1", _events.Clock));
        var other = _events.Another();
        _events.Handler.Work = async (_, _) =>
        {
            _events.Clock.Advance(InboxStore.Lease);
            Assert.Equal("e1", Assert.Single(await other.ClaimAsync()).EventId);
        };
        Assert.Equal(2, await _events.RunDueAsync());

        // Then it leaves the second one to whoever comes after the first
        Assert.Equal("e1", (await _events.Handler.ReceivedAsync()).EventId);
        Assert.Equal(0, _events.Handler.Waiting);
        Assert.Equal((InboxState.Received, 2), ((await _events.RowAsync("e1")).State, (await _events.RowAsync("e1")).Attempts));
        var second = await _events.RowAsync("e2");
        Assert.Equal((InboxState.Received, 0, null), (second.State, second.Attempts, second.LeaseOwner));
    }

    [Fact]
    public async Task An_event_that_ends_the_process_every_time_is_set_aside_in_the_end()
    {
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        for (var i = 0; i < 2 * RetryLadder.MaxAttempts; i++)
        {
            Assert.Single(await _events.Another().ClaimAsync());
            _events.Clock.Advance(InboxStore.Lease);
        }

        Assert.Equal(1, await _events.RunDueAsync());
        var row = await _events.RowAsync("e1");
        Assert.Equal((InboxState.Dead, "The process ended during every try."), (row.State, row.LastError));
        Assert.Equal((0, 1.0), (_events.Handler.Waiting, _events.Counted("dead")));
    }

    [Fact]
    public async Task A_connection_that_nobody_used_for_a_minute_is_given_back()
    {
        var opened = 0;
        using var database = new Database(DatabaseProvider.Sqlite, () =>
        {
            opened++;
            return _events.Database.Database.Open();
        });
        await using var writer = InboxWriter.For(database, _events.Clock);
        await InsertAsync("e1");
        _events.Clock.AdvanceSeconds(59);
        await InsertAsync("e2");
        Assert.Equal(1, opened);
        _events.Clock.AdvanceSeconds(60);
        await InsertAsync("e3");
        Assert.Equal((2, 3), (opened, (await _events.Database.AllAsync<InboxEvent>()).Count));

        Task InsertAsync(string id) => writer.InsertAsync([new(id, null, Some.AppId, Pushes.Type, "k", "{}", _events.Clock.GetUtcNow())], (_, _, _) => { });
    }

    [Fact]
    public async Task Events_that_wait_to_be_stored_are_bounded_in_bytes()
    {
        var big = Encoding.UTF8.GetBytes($$"""{"a":"{{new string('x', EventInbox.MostBytes / 4)}}"}""");
        var turn = await _events.Database.Database.TakeTurnAsync(Ct);
        var inside = Enumerable.Range(0, 3).Select(i => StoreAsync($"e{i}", big)).ToList();
        await Assert.ThrowsAsync<InvalidOperationException>(() => StoreAsync("e3", big));
        turn.Dispose();
        await Task.WhenAll(inside).Soon();
        Assert.True(await StoreAsync("e3", big).Soon());

        Task<bool> StoreAsync(string id, byte[] json) => _events.Get<EventInbox>().StoreAsync(new(Some.AppId, id, Pushes.Type, _events.Clock.GetUtcNow(), "t", default), json, Ct);
    }

    [Fact]
    public async Task After_trouble_others_may_be_left_what_they_hold()
    {
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        await _events.Another().ClaimAsync();
        _events.Clock.AdvanceSeconds(60);
        Assert.Empty(await _events.Another().Claims.ClaimAsync(8, _ => false, alsoOfOthers: false, Ct));
        Assert.Single(await _events.Another().Claims.ClaimAsync(8, _ => false, alsoOfOthers: true, Ct));
    }

    [Fact]
    public async Task A_handler_that_never_ends_has_failed_after_five_minutes()
    {
        _events.Handler.Work = (_, _) => new TaskCompletionSource().Task;
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        var running = _events.RunDueAsync();
        await _events.Handler.ReceivedAsync();
        await _events.Clock.SomeoneWaitsForAsync(300);
        _events.Clock.Advance(TimeSpan.FromMinutes(5));
        await running.Soon();
        Assert.Equal((InboxState.Received, 1), ((await _events.RowAsync("e1")).State, (await _events.RowAsync("e1")).Attempts));
    }
}

using LarkService.Events.Inbox;
using LarkService.UnitTests.Support;

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
            Assert.Equal((InboxState.Received, _events.Clock.GetUtcNow().AddSeconds(pause), nameof(InvalidOperationException)), (row.State, row.DueAt, row.LastError));
            Assert.Equal(0, await _events.RunDueAsync());
            _events.Clock.AdvanceSeconds(pause);
        }

        Assert.Equal(1, await _events.RunDueAsync());
        var dead = await _events.RowAsync("e1");
        Assert.Equal((InboxState.Dead, 8), (dead.State, dead.Attempts));
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
        Assert.Equal(2, await _events.RunDueAsync());
        Assert.Equal(InboxState.Received, (await _events.RowAsync("a")).State);
        Assert.Equal(InboxState.Done, (await _events.RowAsync("b")).State);

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
    public async Task Two_processes_do_not_take_the_same_event()
    {
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        var other = new InboxStore(_events.Database.Database, _events.Clock);
        var mine = (await _events.Store.DueAsync(8, Ct)).Single();
        var theirs = (await other.DueAsync(8, Ct)).Single();
        Assert.True(await other.ClaimAsync(theirs, Ct));
        Assert.False(await _events.Store.ClaimAsync(mine, Ct));
        Assert.Empty(await _events.Store.DueAsync(8, Ct));
    }

    [Fact]
    public async Task What_a_dead_process_had_in_hand_is_taken_over_when_its_lease_has_run_out()
    {
        // Given a process that claimed an event and died
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        var dead = new InboxStore(_events.Database.Database, _events.Clock);
        var held = (await dead.DueAsync(8, Ct)).Single();
        await dead.ClaimAsync(held, Ct);
        _events.Clock.AdvanceSeconds(59);
        Assert.Equal(0, await _events.RunDueAsync());

        // When its lease has run out we handle it
        _events.Clock.AdvanceSeconds(1);
        Assert.Equal(1, await _events.RunDueAsync());

        // And should it only have been asleep, nothing it writes counts any more
        await dead.PutBackAsync(held, TimeSpan.Zero, "Late", Ct);
        Assert.False(await dead.RenewAsync(held, Ct));
        Assert.Equal(InboxState.Done, (await _events.RowAsync("e1")).State);
    }

    [Fact]
    public async Task A_slow_handlers_lease_is_renewed()
    {
        var finish = new TaskCompletionSource();
        _events.Handler.Work = (_, _) => finish.Task;
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        var running = _events.RunDueAsync();
        await _events.Handler.ReceivedAsync();
        for (var i = 0; i < 4; i++)
        {
            await _events.Clock.SomeoneWaitsForAsync(20);
            _events.Clock.AdvanceSeconds(20);
            var expected = _events.Clock.GetUtcNow() + InboxStore.Lease;
            await Until.TrueAsync(async () => (await _events.RowAsync("e1")).DueAt == expected);
        }

        finish.SetResult();
        await running.Soon();
        Assert.Equal(InboxState.Done, (await _events.RowAsync("e1")).State);
    }

    [Fact]
    public async Task A_handler_that_never_ends_has_failed_after_five_minutes()
    {
        _events.Handler.Work = (_, _) => new TaskCompletionSource().Task;
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        var running = _events.RunDueAsync();
        await _events.Handler.ReceivedAsync();
        await _events.Clock.SomeoneWaitsForAsync(20);
        _events.Clock.Advance(TimeSpan.FromMinutes(5));
        await running.Soon();
        Assert.Equal((InboxState.Received, 1), ((await _events.RowAsync("e1")).State, (await _events.RowAsync("e1")).Attempts));
    }

    [Fact]
    public async Task Handled_events_are_forgotten_after_two_days_and_dead_ones_are_not()
    {
        await _events.ReceiveAsync(Pushes.Event("done", _events.Clock));
        await _events.RunDueAsync();
        await _events.ReceiveAsync(Pushes.Event("dead", _events.Clock));
        var row = (await _events.Store.DueAsync(1, Ct)).Single();
        await _events.Store.ClaimAsync(row, Ct);
        await _events.Store.PutBackAsync(row, null, "X", Ct);

        _events.Clock.Advance(TimeSpan.FromHours(47.9));
        Assert.Equal(0, await _events.Store.ForgetAsync(Ct));
        _events.Clock.Advance(TimeSpan.FromHours(0.1));
        Assert.Equal(1, await _events.Store.ForgetAsync(Ct));
        Assert.Equal("dead", Assert.Single(await _events.Database.AllAsync<InboxEvent>()).EventId);
    }
}

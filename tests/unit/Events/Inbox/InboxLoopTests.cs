using LarkService.Events;
using LarkService.Events.Inbox;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Events;

public sealed class InboxLoopTests : IAsyncLifetime
{
    private readonly RunningEvents _events = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _events.DisposeAsync();

    [Fact]
    public async Task A_stored_event_is_handled_at_once()
    {
        await _events.StartAsync();
        await _events.Clock.SomeoneWaitsForAsync(2);
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        Assert.Equal("e1", (await _events.Handler.ReceivedAsync()).EventId);
        await Until.TrueAsync(async () => (await _events.RowAsync("e1")).State == InboxState.Done);
    }

    [Fact]
    public async Task What_another_replica_stored_is_found_by_looking()
    {
        await _events.StartAsync();
        await _events.Clock.SomeoneWaitsForAsync(2);
        await using (var elsewhere = new EventInbox(InboxWriter.For(_events.Database.Database, _events.Clock), new InboxSignal(), new InboxPace(_events.Clock), _events.Get<EventsMetrics>(), _events.Clock))
        {
            await elsewhere.StoreAsync(new(Some.AppId, "e1", Pushes.Type, _events.Clock.GetUtcNow(), "t", default), Pushes.Event("e1", _events.Clock).Json, CancellationToken.None);
        }

        Assert.Equal(0, _events.Handler.Waiting);
        _events.Clock.AdvanceSeconds(2);
        await _events.Handler.ReceivedAsync();
    }

    [Fact]
    public async Task Chats_are_served_side_by_side_so_many_at_a_time_and_each_in_order()
    {
        var go = new TaskCompletionSource();
        _events.Handler.Work = (_, ct) => go.Task.WaitAsync(ct);
        const int Chats = InboxHands.MostAtATime + 4;
        for (var i = 0; i < 2 * Chats; i++)
        {
            await _events.ReceiveAsync(Pushes.InChat($"e{i:00}", $"oc_{i % Chats}", _events.Clock));
        }

        await _events.StartAsync();
        await Until.TrueAsync(() => _events.Handler.Waiting == InboxHands.MostAtATime);
        go.SetResult();
        List<string> order = [];
        for (var i = 0; i < 2 * Chats; i++)
        {
            order.Add((await _events.Handler.ReceivedAsync()).EventId);
        }

        Assert.Equal(InboxHands.MostAtATime, _events.Handler.MostRunning);
        for (var chat = 0; chat < Chats; chat++)
        {
            Assert.True(order.IndexOf($"e{chat:00}") < order.IndexOf($"e{chat + Chats:00}"));
        }
    }

    [Fact]
    public async Task After_a_restart_on_sqlite_what_the_predecessor_had_in_hand_is_not_waited_for()
    {
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        Assert.Single(await _events.Another().ClaimAsync());
        await _events.StartAsync();
        Assert.Equal("e1", (await _events.Handler.ReceivedAsync()).EventId);
    }

    [Fact]
    public async Task Stopping_waits_for_handlers_and_gives_back_what_is_not_done_after_ten_seconds()
    {
        // Given a handler that ends only when told to
        _events.Handler.Work = (_, ct) => Task.Delay(Timeout.Infinite, ct);
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        var loop = await _events.StartAsync();
        await _events.Handler.ReceivedAsync();

        // When the service stops and ten seconds have passed
        var stopping = loop.StopAsync(CancellationToken.None);
        await _events.Clock.SomeoneWaitsForAsync(10);
        Assert.False(stopping.IsCompleted);
        _events.Clock.AdvanceSeconds(10);
        await stopping.Soon();

        // Then the event is due at once for whoever runs next, and the try does not count
        var row = await _events.RowAsync("e1");
        Assert.Equal((InboxState.Received, 0, null, _events.Clock.GetUtcNow()), (row.State, row.Attempts, row.LeaseOwner, row.DueAt));
    }

    [Fact]
    public async Task A_database_that_comes_back_is_used_again()
    {
        _events.Database.IsDown = true;
        await _events.StartAsync();
        await _events.Clock.SomeoneWaitsForAsync(2);
        _events.Database.IsDown = false;
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        _events.Clock.AdvanceSeconds(2);
        await _events.Handler.ReceivedAsync();
    }

    [Fact]
    public async Task Who_starts_leaves_others_what_they_hold_until_they_had_time_to_renew_it()
    {
        await _events.StartAsync();
        await _events.Clock.SomeoneWaitsForAsync(2);

        // Given an event of somebody else whose lease is over, because the database was away
        await _events.Get<EventInbox>().StoreAsync(new(Some.AppId, "e1", Pushes.Type, _events.Clock.GetUtcNow(), "t", default), Pushes.Event("e1", _events.Clock).Json, CancellationToken.None);
        await _events.Handler.ReceivedAsync();
        await Until.TrueAsync(async () => (await _events.RowAsync("e1")).State == InboxState.Done);
        await _events.Database.Database.RunAsync(db => db.Set<InboxEvent>().ExecuteUpdateAsync(
            u => u.SetProperty(e => e.State, InboxState.Received).SetProperty(e => e.LeaseOwner, "other").SetProperty(e => e.Payload, "{}")));
        for (var i = 0; i < 3; i++)
        {
            await _events.Clock.SomeoneWaitsForAsync(2);
            _events.Clock.AdvanceSeconds(2);
        }

        await _events.Clock.SomeoneWaitsForAsync(2);
        Assert.Equal("other", (await _events.RowAsync("e1")).LeaseOwner);
        _events.Clock.AdvanceSeconds(2);
        await Until.TrueAsync(async () => (await _events.RowAsync("e1")).LeaseOwner != "other");
    }

    [Fact]
    public async Task The_depth_of_the_inbox_is_counted_now_and_then()
    {
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        await _events.ReceiveAsync(Pushes.Event("e2", _events.Clock));
        await _events.Get<InboxHousekeeping>().CountAsync(CancellationToken.None);
        _events.Meters.Observe();
        Assert.Equal(2, _events.Meters.Sum("lark_service.event.inbox.depth"));
    }

    [Fact]
    public async Task A_slow_handlers_lease_is_kept_by_the_heartbeat()
    {
        var finish = new TaskCompletionSource();
        _events.Handler.Work = (_, _) => finish.Task;
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        await _events.StartAsync();
        await _events.Handler.ReceivedAsync();
        for (var i = 0; i < 6; i++)
        {
            await _events.Clock.SomeoneWaitsForAsync(5);
            _events.Clock.AdvanceSeconds(5);
            var expected = _events.Clock.GetUtcNow() + InboxStore.Lease;
            await Until.TrueAsync(async () => (await _events.RowAsync("e1")).DueAt == expected);
            Assert.Empty(await _events.Another().ClaimAsync());
        }

        finish.SetResult();
        await Until.TrueAsync(async () => (await _events.RowAsync("e1")).State == InboxState.Done);
    }

    [Fact]
    public async Task A_handler_whose_event_went_to_somebody_else_is_told_to_stop_and_writes_nothing()
    {
        var stopped = new TaskCompletionSource();
        _events.Handler.Work = async (_, ct) =>
        {
            await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stopped.SetResult();
            ct.ThrowIfCancellationRequested();
        };
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        await _events.StartAsync();
        await _events.Handler.ReceivedAsync();
        await _events.Database.Database.RunAsync(db => db.Set<InboxEvent>().ExecuteUpdateAsync(u => u.SetProperty(e => e.LeaseOwner, "other")));
        await _events.Clock.SomeoneWaitsForAsync(5);
        _events.Clock.AdvanceSeconds(5);
        await stopped.Task.Soon();
        Assert.Equal((InboxState.Received, "other"), ((await _events.RowAsync("e1")).State, (await _events.RowAsync("e1")).LeaseOwner));
    }

    [Fact]
    public async Task What_was_handled_while_the_database_was_away_is_written_when_it_is_back_and_not_handled_again()
    {
        var finish = new TaskCompletionSource();
        _events.Handler.Work = (_, _) => finish.Task;
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        await _events.StartAsync();
        await _events.Handler.ReceivedAsync();

        // The database goes, the handler ends, a minute passes
        _events.Database.IsDown = true;
        finish.SetResult();
        for (var i = 0; i < 60; i++)
        {
            await _events.Clock.SomeoneWaitsForAsync(1);
            _events.Clock.AdvanceSeconds(1);
        }

        _events.Database.IsDown = false;
        await Until.TrueAsync(async () =>
        {
            _events.Clock.AdvanceSeconds(1);
            return (await _events.RowAsync("e1")).State == InboxState.Done;
        });
        Assert.Equal((0, 1), (_events.Handler.Waiting, (await _events.RowAsync("e1")).Attempts));
    }
}

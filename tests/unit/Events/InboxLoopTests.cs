using LarkService.Events.Inbox;
using LarkService.UnitTests.Support;

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
        var elsewhere = new EventInbox(_events.Database.Database, new InboxSignal(), _events.Clock);
        var push = Pushes.Event("e1", _events.Clock);
        await elsewhere.StoreAsync(new(Some.AppId, "e1", Pushes.Type, _events.Clock.GetUtcNow(), "t", default), push.Json, CancellationToken.None);
        Assert.Equal(0, _events.Handler.Waiting);
        _events.Clock.AdvanceSeconds(2);
        await _events.Handler.ReceivedAsync();
    }

    [Fact]
    public async Task Chats_are_served_side_by_side_eight_at_a_time_and_each_in_order()
    {
        var go = new TaskCompletionSource();
        _events.Handler.Work = (_, ct) => go.Task.WaitAsync(ct);
        for (var i = 0; i < 24; i++)
        {
            await _events.ReceiveAsync(Pushes.InChat($"e{i:00}", $"oc_{i % 12}", _events.Clock));
        }

        await _events.StartAsync();
        await Until.TrueAsync(() => _events.Handler.Waiting == InboxLoop.MostAtATime);
        go.SetResult();
        List<string> order = [];
        for (var i = 0; i < 24; i++)
        {
            order.Add((await _events.Handler.ReceivedAsync()).EventId);
        }

        Assert.Equal(InboxLoop.MostAtATime, _events.Handler.MostRunning);
        for (var chat = 0; chat < 12; chat++)
        {
            Assert.True(order.IndexOf($"e{chat:00}") < order.IndexOf($"e{chat + 12:00}"));
        }
    }

    [Fact]
    public async Task After_a_restart_on_sqlite_what_the_predecessor_had_in_hand_is_not_waited_for()
    {
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        var dead = new InboxStore(_events.Database.Database, _events.Clock);
        await dead.ClaimAsync((await dead.DueAsync(1, CancellationToken.None)).Single(), CancellationToken.None);
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
        await _events.Clock.SomeoneWaitsForAsync(20);

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
    public async Task The_depth_of_the_inbox_is_counted_now_and_then()
    {
        _events.Handler.Work = (_, ct) => Task.Delay(Timeout.Infinite, ct);
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        await _events.ReceiveAsync(Pushes.Event("e2", _events.Clock));
        await _events.StartAsync();
        await _events.Handler.ReceivedAsync();
        _events.Meters.Observe();
        Assert.Equal(2, _events.Meters.Sum("lark_service.event.inbox.depth"));
    }
}

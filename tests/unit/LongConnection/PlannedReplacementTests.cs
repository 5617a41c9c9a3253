using LarkService.LongConnection;
using LarkService.UnitTests.Support;
using static LarkService.LongConnection.ConnectionPhase;

namespace LarkService.UnitTests.LongConnection;

/// <summary>Connections do not live for ever: the platform may have forgotten one that still answers heartbeats.</summary>
public sealed class PlannedReplacementTests : IAsyncLifetime
{
    /// <summary>The longest there is, so that half a day is few heartbeats.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMinutes(10);

    private RunningConnection _connection = new(new() { HeartbeatInterval = Beat }, connections: 2);
    private ScriptedSocket _first = null!;
    private ScriptedSocket _second = null!;

    public async ValueTask InitializeAsync() => await OpenBothAsync();

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public async Task At_the_age_of_twelve_hours_a_successor_opens_and_then_the_old_one_says_goodbye()
    {
        var held = _connection.Sink.Holds();
        await BecomeOldAsync();
        _first.PushVector("event_unsplit"); // something in hand holds the old one, so that the order shows
        await _connection.Sink.ReceivedAsync();
        _connection.Clock.AdvanceSeconds(1);

        var successor = await _connection.Connector.OpenedAsync();
        await _connection.WhenAsync(p => p is Connected connected && ReferenceEquals(connected.Connection.Socket, successor));
        Assert.False(_first.HasSaidGoodbye);
        held.SetResult(new PayloadAnswer.Ok());
        await _first.AckAsync();
        await _first.SaidGoodbye;
        await _first.Disposed;

        await Until.TrueAsync(() => _connection.Status.Snapshot.LastEnd?.Kind == DisconnectKind.Replaced);
        Assert.Equal(TimeSpan.FromHours(12), _connection.Status.Snapshot.LastLifetime);
        Assert.Equal(1, _connection.Meters.Sum("lark_service.websocket.reconnect", ("outcome", "replaced")));
        Assert.Equal(12 * 3600, _connection.Meters.Sum("lark_service.websocket.connection.lifetime", ("reason", "replaced")));
        Assert.IsType<Connected>(_connection.Status.Phase);
    }

    [Fact]
    public async Task While_it_looks_for_a_quiet_moment_the_old_one_goes_on_taking()
    {
        // Given an old connection with something in hand, and its successor
        var held = _connection.Sink.Holds();
        await BecomeOldAsync();
        _first.PushVector("event_unsplit");
        await _connection.Sink.ReceivedAsync();
        _connection.Clock.AdvanceSeconds(1);
        await _connection.Connector.OpenedAsync();

        // When more comes on the old one, it is taken, and only after a minute left to others
        _first.PushVector("callback_card_action");
        await _connection.Sink.ReceivedAsync();
        await _connection.Clock.SomeoneWaitsForAsync(60);
        _connection.Clock.AdvanceSeconds(60);
        await _connection.Clock.SomeoneWaitsForAsync(10);
        _first.PushVector("event_unsplit");
        await Until.TrueAsync(() => _connection.Dropped("closing") == 1);

        // Then what is in hand is acknowledged before the goodbye
        Assert.False(_first.HasSaidGoodbye);
        held.SetResult(new PayloadAnswer.Ok());
        await _first.AckAsync();
        await _first.AckAsync();
        await _first.SaidGoodbye;
    }

    [Fact]
    public async Task Two_of_an_app_are_never_replaced_at_once()
    {
        // Given the first one's replacement, held up by what it has in hand
        var held = _connection.Sink.Holds();
        await BecomeOldAsync();
        _first.PushVector("event_unsplit");
        await _connection.Sink.ReceivedAsync();
        _connection.Clock.AdvanceSeconds(1);
        await _connection.Connector.OpenedAsync();

        // When the second one is old, too, nothing happens
        _connection.Clock.AdvanceSeconds(3);
        await SettleAsync();
        Assert.Equal(3, _connection.Connector.Attempts);
        Assert.False(_second.HasSaidGoodbye);

        // Until the first one is gone
        held.SetResult(new PayloadAnswer.Ok());
        await _first.Disposed;
        await _connection.Connector.OpenedAsync();
        await _second.SaidGoodbye;
    }

    [Fact]
    public async Task While_the_other_one_is_lost_the_old_one_stays()
    {
        await BecomeOldAsync();
        _connection.Endpoint.Breaks();
        _second.Break();
        await _connection.Clock.SomeoneWaitsForAsync(0.5);
        _connection.Clock.AdvanceSeconds(0.5);
        await _connection.WhenAsync(p => p is BackingOff { Failures: 1 }, connection: 1);
        _connection.Clock.AdvanceSeconds(0.5);
        await SettleAsync();
        Assert.Equal(2, _connection.Connector.Attempts);
        Assert.False(_first.HasSaidGoodbye);

        _connection.Clock.AdvanceSeconds(5);
        await _connection.WhenAsync(p => p is Connected, connection: 1);
        await _first.SaidGoodbye;
    }

    [Fact]
    public async Task Where_no_further_connection_is_allowed_the_old_one_goes_first()
    {
        await BecomeOldAsync();
        _connection.Endpoint.Refuses(1000040350);
        _connection.Clock.AdvanceSeconds(1);
        await _first.SaidGoodbye;
        var successor = await _connection.Connector.OpenedAsync();
        await _connection.WhenAsync(p => p is Connected connected && ReferenceEquals(connected.Connection.Socket, successor));
    }

    [Fact]
    public async Task A_successor_that_does_not_open_is_tried_again_and_the_old_one_goes_on()
    {
        await BecomeOldAsync();
        _connection.Endpoint.Breaks();
        _connection.Clock.AdvanceSeconds(0.5);
        _connection.Clock.AdvanceSeconds(0.5);
        await Until.TrueAsync(() => _connection.Log.Lines.Any(line => line.Contains("no new one opens beside it", StringComparison.Ordinal)));
        Assert.False(_first.HasSaidGoodbye);

        // The second one is not held up by that, and the first has its turn ten minutes later
        await PassAsync(Beat);
        await _second.SaidGoodbye;
        await _first.SaidGoodbye;
        Assert.Equal(2, _connection.Meters.Sum("lark_service.websocket.reconnect", ("outcome", "replaced")));
    }

    [Fact]
    public async Task The_only_connection_of_an_app_is_replaced_without_a_gap_as_well()
    {
        await _connection.DisposeAsync();
        _connection = new(new() { HeartbeatInterval = Beat });
        PrepareEndpoint();
        var only = await _connection.OpenAsync();
        await _connection.Clock.SomeoneWaitsForAsync(ReconnectSchedule.OldAge.TotalSeconds);
        await PassAsync(ReconnectSchedule.OldAge);
        await _connection.Connector.OpenedAsync();
        await only.SaidGoodbye;
        Assert.IsType<Connected>(_connection.Status.Phase);
    }

    [Fact]
    public async Task Stopping_in_the_middle_of_a_replacement_closes_both()
    {
        var held = _connection.Sink.Holds();
        await BecomeOldAsync();
        _first.PushVector("event_unsplit");
        await _connection.Sink.ReceivedAsync();
        _connection.Clock.AdvanceSeconds(1);
        var successor = await _connection.Connector.OpenedAsync();

        _connection.BeginStop();
        await successor.SaidGoodbye;
        held.SetResult(new PayloadAnswer.Ok());
        await _first.AckAsync();
        await _first.SaidGoodbye;
        await _connection.StopAsync();
    }

    private async Task OpenBothAsync()
    {
        PrepareEndpoint();
        _connection.Start();
        _first = await _connection.Connector.OpenedAsync();
        await _connection.Clock.SomeoneWaitsForAsync(1);
        await _connection.Clock.SomeoneWaitsForAsync(ReconnectSchedule.OldAge.TotalSeconds);
        _connection.Clock.AdvanceSeconds(1);
        _second = await _connection.Connector.OpenedAsync();
        await _connection.Clock.SomeoneWaitsForAsync(ReconnectSchedule.OldAge.TotalSeconds);
    }

    private void PrepareEndpoint()
    {
        _connection.Connector.AnswersPings = true;
        _connection.Endpoint.Otherwise = """{"code":0,"data":{"URL":"wss://h.example/ws?x=1&device_id=1&service_id=2"}}""";
    }

    /// <summary>One second before the first one's time.</summary>
    private async Task BecomeOldAsync()
    {
        await PassAsync(ReconnectSchedule.OldAge - TimeSpan.FromSeconds(2));
        Assert.False(_first.HasSaidGoodbye);
    }

    /// <summary>Time goes by with its heartbeats; in steps so small that a heartbeat which is late by one does no harm.</summary>
    private async Task PassAsync(TimeSpan span)
    {
        var step = Beat / 4;
        for (var left = span; left > TimeSpan.Zero; left -= step)
        {
            _connection.Clock.Advance(left < step ? left : step);
            await SettleAsync(); // a heartbeat that sets its clock late, again and again, would fall behind
            await Until.TrueAsync(() => _connection.Statuses.All(s => s.Snapshot.LastPong >= _connection.Clock.GetUtcNow() - Beat * 1.5));
        }
    }

    /// <summary>Whoever was about to do something has had the time to.</summary>
    private static async Task SettleAsync()
    {
        for (var i = 0; i < 500; i++)
        {
            await Task.Yield();
        }
    }
}

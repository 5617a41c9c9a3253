using LarkService.LongConnection;
using LarkService.UnitTests.Support;
using static LarkService.LongConnection.ConnectionPhase;

namespace LarkService.UnitTests.LongConnection;

public sealed class HeartbeatTests : IAsyncLifetime
{
    private readonly RunningConnection _connection = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public async Task Without_a_pong_for_two_intervals_the_connection_is_dead()
    {
        var socket = await _connection.OpenAsync();
        await socket.SentAsync("ping");
        await _connection.Clock.SomeoneWaitsForAsync(30);
        _connection.Clock.AdvanceSeconds(30);
        await socket.SentAsync("ping");
        await _connection.Clock.SomeoneWaitsForAsync(30);
        Assert.IsType<Connected>(_connection.Status.Phase);

        _connection.Clock.AdvanceSeconds(30);
        Assert.Equal(DisconnectKind.Silent, (await _connection.ReachesAsync<BackingOff>()).Reason.Kind);
        await socket.Disposed;
    }

    [Fact]
    public async Task The_two_intervals_count_from_the_last_pong()
    {
        // Given a pong ten seconds after the first ping
        var socket = await _connection.OpenAsync();
        await socket.SentAsync("ping");
        await _connection.Clock.SomeoneWaitsForAsync(30);
        _connection.Clock.AdvanceSeconds(10);
        socket.Pong();
        await _connection.SeesPongAsync();

        // When pings at 30 and 60 s stay without one
        await _connection.Clock.SomeoneWaitsForAsync(20);
        _connection.Clock.AdvanceSeconds(20);
        await socket.SentAsync("ping");
        await _connection.Clock.SomeoneWaitsForAsync(30);
        _connection.Clock.AdvanceSeconds(30);
        await socket.SentAsync("ping");
        Assert.IsType<Connected>(_connection.Status.Phase);

        // Then it is dead at 70 s
        await _connection.Clock.SomeoneWaitsForAsync(10);
        _connection.Clock.AdvanceSeconds(10);
        await _connection.ReachesAsync<BackingOff>();
    }

    [Fact]
    public async Task Pongs_keep_it_alive()
    {
        var socket = await _connection.OpenAsync();
        for (var i = 0; i < 10; i++)
        {
            await socket.SentAsync("ping");
            socket.Pong();
            await _connection.SeesPongAsync();
            await _connection.Clock.SomeoneWaitsForAsync(30);
            _connection.Clock.AdvanceSeconds(30);
        }

        await socket.SentAsync("ping");
        Assert.IsType<Connected>(_connection.Status.Phase);
    }

    [Fact]
    public async Task A_pongs_configuration_shortens_the_interval_at_once()
    {
        var socket = await _connection.OpenAsync();
        await socket.SentAsync("ping");
        socket.Pong("""{"ReconnectCount":-1,"ReconnectInterval":120,"ReconnectNonce":30,"PingInterval":5}""");
        await _connection.Clock.SomeoneWaitsForAsync(5);
        _connection.Clock.AdvanceSeconds(5);
        await socket.SentAsync("ping");
        Assert.Equal(5, _connection.Status.Snapshot.Config?.PingInterval);
        await Until.TrueAsync(() => _connection.Log.Lines.Any(line => line.Contains("asks clients for PingInterval 5,", StringComparison.Ordinal) && line.Contains("00:00:05", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"PingInterval":0,"ReconnectCount":-1,"ReconnectInterval":120,"ReconnectNonce":30}""", "absurd")]
    [InlineData("""{"ReconnectCount":-1,"ReconnectInterval":120,"ReconnectNonce":30}""", "missing")]
    [InlineData("no json", "unreadable")]
    public async Task An_absurd_or_partial_configuration_is_ignored_and_counted_by_reason(string config, string reason)
    {
        var socket = await _connection.OpenAsync();
        await socket.SentAsync("ping");
        await _connection.Clock.SomeoneWaitsForAsync(30);
        socket.Pong(config);
        await _connection.SeesPongAsync();
        await _connection.Clock.SomeoneWaitsForAsync(30);
        Assert.Equal(120, _connection.Status.Snapshot.Config?.PingInterval);
        Assert.Equal(1, _connection.Meters.Sum("lark_service.websocket.config.ignored"));
        Assert.Equal(1, _connection.Meters.Sum("lark_service.websocket.config.ignored", ("reason", reason), ("app_id", Some.AppId)));
    }

    [Fact]
    public async Task A_ping_that_cannot_be_sent_ends_the_connection()
    {
        var socket = await _connection.OpenAsync();
        await socket.SentAsync("ping");
        await _connection.Clock.SomeoneWaitsForAsync(30);
        socket.SendsFail = true;
        _connection.Clock.AdvanceSeconds(30);
        Assert.Equal(DisconnectKind.NetworkFailed, (await _connection.ReachesAsync<BackingOff>()).Reason.Kind);
    }

    [Fact]
    public async Task A_send_that_hangs_is_given_up_after_ten_seconds()
    {
        var socket = await _connection.OpenAsync();
        await socket.SentAsync("ping");
        socket.Pong();
        await _connection.SeesPongAsync();
        await _connection.Clock.SomeoneWaitsForAsync(30);
        socket.SendsHang = true;
        _connection.Clock.AdvanceSeconds(30);
        await _connection.Clock.SomeoneWaitsForAsync(10);
        _connection.Clock.AdvanceSeconds(10);
        var backingOff = await _connection.ReachesAsync<BackingOff>();
        Assert.Equal(DisconnectKind.SendTimedOut, backingOff.Reason.Kind);
        Assert.Contains("10 s", backingOff.Reason.Words, StringComparison.Ordinal);
        await Until.TrueAsync(() => socket.Disposed.IsCompleted);
    }

    [Fact]
    public async Task Pongs_that_are_late_but_come_keep_it_alive()
    {
        // Each pong comes 45 s after its ping, when the next ping has long gone out
        var socket = await _connection.OpenAsync();
        await socket.SentAsync("ping");
        for (var i = 0; i < 10; i++)
        {
            await _connection.Clock.SomeoneWaitsForAsync(i == 0 ? 30 : 15);
            _connection.Clock.AdvanceSeconds(i == 0 ? 30 : 15);
            await socket.SentAsync("ping");
            await _connection.Clock.SomeoneWaitsForAsync(30);
            _connection.Clock.AdvanceSeconds(15);
            socket.Pong();
            await _connection.SeesPongAsync();
        }

        Assert.IsType<Connected>(_connection.Status.Phase);
    }

    [Theory]
    [InlineData(-86400)]
    [InlineData(86400)]
    public async Task A_system_clock_that_jumps_neither_kills_nor_saves_it(double seconds)
    {
        // Given a connection that has its pong
        var socket = await _connection.OpenAsync();
        await socket.SentAsync("ping");
        socket.Pong();
        await _connection.SeesPongAsync();
        await _connection.Clock.SomeoneWaitsForAsync(30);

        // When somebody sets the clock, it lives on and pings on
        _connection.Clock.Jump(TimeSpan.FromSeconds(seconds));
        _connection.Clock.AdvanceSeconds(30);
        await socket.SentAsync("ping");
        Assert.IsType<Connected>(_connection.Status.Phase);

        // And dies when it should
        await _connection.Clock.SomeoneWaitsForAsync(30);
        _connection.Clock.AdvanceSeconds(30);
        Assert.Equal(DisconnectKind.Silent, (await _connection.ReachesAsync<BackingOff>()).Reason.Kind);
    }

    [Fact]
    public async Task A_ping_that_cannot_be_sent_does_not_hold_up_the_watchdog()
    {
        // Given a peer that takes no bytes any more, and a heartbeat much quicker than a send may last
        _connection.Endpoint.Otherwise = ScriptedEndpoint.Granted.Replace("\"PingInterval\":120", "\"PingInterval\":2", StringComparison.Ordinal);
        var socket = await _connection.OpenAsync();
        await socket.SentAsync("ping");
        socket.SendsHang = true;
        await _connection.Clock.SomeoneWaitsForAsync(2);
        _connection.Clock.AdvanceSeconds(2);

        // Then it is dead after two intervals
        await _connection.Clock.SomeoneWaitsForAsync(2);
        _connection.Clock.AdvanceSeconds(2);
        Assert.Equal(DisconnectKind.Silent, (await _connection.ReachesAsync<BackingOff>()).Reason.Kind);
    }

    [Fact]
    public async Task A_silent_connection_is_replaced_in_time_though_its_socket_does_not_let_go()
    {
        var socket = await _connection.OpenForAWhileAsync();
        socket.DisposeHangs = true;
        socket.Push(new SocketMessage.Text(1)); // the read that is under way ends; the next one hangs
        await _connection.Clock.SomeoneWaitsForAsync(30);
        var started = _connection.Clock.GetTimestamp();
        _connection.Clock.AdvanceSeconds(30);

        await _connection.Clock.SomeoneWaitsForAsync(2);
        _connection.Clock.AdvanceSeconds(2);
        await _connection.ReachesAsync<BackingOff>();
        await _connection.Clock.SomeoneWaitsForAsync(0.5);
        _connection.Clock.AdvanceSeconds(0.5);
        await _connection.Connector.OpenedAsync();
        Assert.True(_connection.Clock.GetElapsedTime(started) <= TimeSpan.FromSeconds(30 + 5));
        Assert.Single(_connection.Log.Lines, line => line.Contains("did not let go", StringComparison.Ordinal));
    }
}

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
    }

    [Theory]
    [InlineData("""{"PingInterval":0}""", 4)]
    [InlineData("""{"ReconnectCount":-1,"ReconnectInterval":120,"ReconnectNonce":30}""", 1)]
    [InlineData("no json", 4)]
    public async Task An_absurd_or_partial_configuration_is_ignored_and_counted(string config, int ignored)
    {
        var socket = await _connection.OpenAsync();
        await socket.SentAsync("ping");
        await _connection.Clock.SomeoneWaitsForAsync(30);
        socket.Pong(config);
        await _connection.SeesPongAsync();
        await _connection.Clock.SomeoneWaitsForAsync(30);
        Assert.Equal(120, _connection.Status.Snapshot.Config?.PingInterval);
        Assert.Equal(ignored, _connection.Meters.Sum("lark_service.websocket.config.ignored"));
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
        Assert.Contains("10 s", backingOff.Reason.Words, StringComparison.Ordinal);
        await Until.TrueAsync(() => socket.Disposed.IsCompleted);
    }
}

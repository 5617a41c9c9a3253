using System.Net.WebSockets;
using LarkService.LongConnection;
using static LarkService.LongConnection.ConnectionPhase;

namespace LarkService.UnitTests.LongConnection;

/// <summary>Every way from one phase to another.</summary>
public sealed class ConnectionPhaseTests : IAsyncLifetime
{
    private readonly RunningConnection _connection = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public async Task A_connection_opens_and_pings_at_once()
    {
        var socket = await _connection.OpenAsync();
        Assert.Equal(33554678, (await socket.SentAsync("ping")).Service);
        Assert.Equal("740", _connection.Status.Snapshot.ConnectionId);
        Assert.Equal(120, _connection.Status.Snapshot.Config?.PingInterval);
        Assert.Equal(0, _connection.Meters.Sum("lark_service.websocket.reconnect"));
    }

    [Fact]
    public async Task A_wrong_app_secret_degrades_at_once_and_says_so_in_plain_words()
    {
        _connection.Endpoint.Refuses(514);
        _connection.Start();
        var degraded = await _connection.ReachesAsync<Degraded>();
        Assert.Equal((DisconnectKind.CredentialsRefused, 1), (degraded.Reason.Kind, degraded.Failures));
        Assert.Contains("App Secret", _connection.Status.Snapshot.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("FAKE-SECRET", string.Join('\n', _connection.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_degraded_connection_knocks_once_a_minute_and_opens_when_it_may()
    {
        // Given credentials that are wrong twice
        _connection.Endpoint.Refuses(514).Refuses(514);
        _connection.Start();
        var first = await _connection.ReachesAsync<Degraded>();
        var since = _connection.Status.Snapshot.Since;

        // When a minute has passed it knocks, and stays degraded since then
        await _connection.Clock.SomeoneWaitsForAsync(60);
        _connection.Clock.AdvanceSeconds(60);
        await _connection.NextAsync<Degraded>(first);
        Assert.Equal(since, _connection.Status.Snapshot.Since);

        // And after another one it is let in
        await _connection.Clock.SomeoneWaitsForAsync(60);
        _connection.Clock.AdvanceSeconds(60);
        await _connection.ReachesAsync<Connected>();
        Assert.Equal(3, _connection.Endpoint.Asked.Count);
        Assert.Equal(1, _connection.Meters.Sum("lark_service.websocket.reconnect", ("outcome", "credentials_refused")));
        Assert.Equal(1, _connection.Meters.Sum("lark_service.websocket.reconnect", ("outcome", "connected")));
        Assert.Single(_connection.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Too_many_connections_means_standing_by_without_an_alarm_until_another_one_ends()
    {
        // Given an app that has all the connections it may have
        _connection.Endpoint.Refuses(1000040350).Refuses(1000040350);
        _connection.Start();
        var first = await _connection.ReachesAsync<StandingBy>();
        Assert.Equal(DisconnectKind.TooManyConnections, first.Reason.Kind);
        Assert.StartsWith("Standing by", first.Reason.Words, StringComparison.Ordinal);

        // When a minute has passed it knocks, and another one later it takes over
        await _connection.Clock.SomeoneWaitsForAsync(60);
        _connection.Clock.AdvanceSeconds(60);
        await _connection.NextAsync<StandingBy>(first);
        await _connection.Clock.SomeoneWaitsForAsync(60);
        _connection.Clock.AdvanceSeconds(60);
        var connected = await _connection.ReachesAsync<Connected>();
        Assert.Equal(0, connected.Failures);
        Assert.Single(_connection.Log.Lines, line => line.Contains("Standing by", StringComparison.Ordinal) && line.StartsWith("Warning", StringComparison.Ordinal));
        Assert.DoesNotContain(_connection.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_stands_by_and_meets_another_refusal_says_that_one()
    {
        _connection.Endpoint.Refuses(1000040350).Refuses(514).Refuses(1000040350).Breaks();
        _connection.Start();
        foreach (var kind in (DisconnectKind[])[DisconnectKind.TooManyConnections, DisconnectKind.CredentialsRefused, DisconnectKind.TooManyConnections])
        {
            await _connection.WhenAsync(p => p is StandingBy or Degraded && p.Why!.Kind == kind);
            await _connection.Clock.SomeoneWaitsForAsync(60);
            _connection.Clock.AdvanceSeconds(60);
        }

        Assert.Equal(DisconnectKind.NetworkFailed, (await _connection.ReachesAsync<BackingOff>()).Reason.Kind);
    }

    [Fact]
    public async Task The_last_end_and_its_lifetime_are_recorded()
    {
        var socket = await _connection.OpenForAWhileAsync();
        socket.Close(1001);
        await _connection.ReachesAsync<BackingOff>();
        var snapshot = _connection.Status.Snapshot;
        Assert.Equal((DisconnectKind.ClosedByPlatform, TimeSpan.FromSeconds(30)), (snapshot.LastEnd!.Kind, snapshot.LastLifetime!.Value));
        Assert.Equal(30, _connection.Meters.Sum("lark_service.websocket.connection.lifetime", ("reason", "closed_by_platform"), ("app_id", Support.Some.AppId)));
    }

    [Fact]
    public async Task A_handshake_that_heeds_no_token_is_given_up_and_closed_when_it_comes_after_all()
    {
        var late = _connection.Connector.Hangs = new();
        _connection.Start();
        await _connection.Clock.SomeoneWaitsForAsync(15);
        await Support.Until.TrueAsync(() => _connection.Connector.Attempts == 1);
        await _connection.Clock.SomeoneWaitsForAsync(15);
        _connection.Clock.AdvanceSeconds(15);
        Assert.Contains("15 s", (await _connection.ReachesAsync<BackingOff>()).Reason.Words, StringComparison.Ordinal);

        var socket = new ScriptedSocket();
        late.SetResult(socket);
        await socket.Disposed;
    }

    [Fact]
    public async Task Failures_back_off_longer_and_longer_and_degrade_at_the_tenth()
    {
        for (var i = 0; i < 10; i++)
        {
            _connection.Endpoint.Breaks();
        }

        _connection.Start();
        foreach (var (seconds, failures) in new[] { 1, 2, 4, 8, 8, 8, 8, 8, 8 }.Select((s, i) => (s, i + 1)))
        {
            var backingOff = await _connection.NextAsync<BackingOff>(p => p.FailuresInARow == failures);
            Assert.Equal(seconds, backingOff.Delay.TotalSeconds);
            await _connection.Clock.SomeoneWaitsForAsync(seconds);
            _connection.Clock.AdvanceSeconds(seconds);
        }

        var degraded = await _connection.ReachesAsync<Degraded>();
        Assert.Equal((10, DisconnectKind.NetworkFailed), (degraded.Failures, degraded.Reason.Kind));
    }

    [Fact]
    public async Task While_degraded_a_passing_failure_keeps_it_degraded()
    {
        _connection.Endpoint.Refuses(514).Breaks();
        _connection.Start();
        var first = await _connection.ReachesAsync<Degraded>();
        await _connection.Clock.SomeoneWaitsForAsync(60);
        _connection.Clock.AdvanceSeconds(60);
        var second = await _connection.NextAsync<Degraded>(first);
        Assert.Equal(DisconnectKind.NetworkFailed, second.Reason.Kind);
    }

    [Fact]
    public async Task A_healthy_connection_that_is_lost_is_opened_again_within_a_second()
    {
        var first = await _connection.OpenForAWhileAsync();
        first.Close();
        var backingOff = await _connection.ReachesAsync<BackingOff>();
        Assert.Equal((0, DisconnectKind.ClosedByPlatform), (backingOff.Failures, backingOff.Reason.Kind));
        await first.SaidGoodbye;
        await first.Disposed;

        await _connection.Clock.SomeoneWaitsForAsync(0.5);
        Assert.Equal(1, _connection.Connector.Attempts);
        _connection.Clock.AdvanceSeconds(0.5);
        Assert.NotSame(first, await _connection.Connector.OpenedAsync());
    }

    [Fact]
    public async Task A_connection_lost_soon_after_it_opened_counts_as_a_failure()
    {
        var first = await _connection.OpenAsync();
        first.Break();
        var backingOff = await _connection.ReachesAsync<BackingOff>();
        Assert.Equal((1, 1.0, DisconnectKind.NetworkFailed), (backingOff.Failures, backingOff.Delay.TotalSeconds, backingOff.Reason.Kind));
    }

    [Fact]
    public async Task A_connection_that_is_lost_again_and_again_is_degraded_in_the_end()
    {
        _connection.Start();
        for (var i = 1; i < 10; i++)
        {
            (await _connection.Connector.OpenedAsync()).Close();
            var backingOff = await _connection.NextAsync<BackingOff>(p => p.FailuresInARow == i);
            await _connection.Clock.SomeoneWaitsForAsync(backingOff.Delay.TotalSeconds);
            _connection.Clock.Advance(backingOff.Delay);
        }

        (await _connection.Connector.OpenedAsync()).Close();
        await _connection.ReachesAsync<Degraded>();
    }

    [Theory]
    [InlineData(400, 514, 1000040350, DisconnectKind.TooManyConnections, nameof(StandingBy))]
    [InlineData(403, 403, null, DisconnectKind.Forbidden, nameof(Degraded))]
    [InlineData(400, 514, 1000040343, DisconnectKind.HandshakeRefused, nameof(BackingOff))]
    [InlineData(503, null, null, DisconnectKind.HandshakeRefused, nameof(BackingOff))]
    internal async Task A_refused_handshake_is_told_by_its_headers(int http, int? status, int? code, DisconnectKind kind, string phase)
    {
        _connection.Connector.Refuse(new HandshakeRefusedException(http, status, code));
        _connection.Start();
        var refused = await _connection.WhenAsync(p => p.Why is not null);
        Assert.Equal((phase, kind), (refused.GetType().Name, refused.Why!.Kind));
    }

    [Fact]
    public async Task Every_attempt_asks_for_a_new_address()
    {
        _connection.Connector.Refuse(new WebSocketException("wss://h/?ticket=geheim"));
        _connection.Start();
        var backingOff = await _connection.ReachesAsync<BackingOff>();
        Assert.DoesNotContain("geheim", backingOff.Reason.Words, StringComparison.Ordinal);
        await _connection.Clock.SomeoneWaitsForAsync(1);
        _connection.Clock.AdvanceSeconds(1);
        await _connection.ReachesAsync<Connected>();
        Assert.Equal(2, _connection.Endpoint.Asked.Count);
    }

    [Fact]
    public async Task Stopping_ends_the_wait_for_the_next_attempt()
    {
        _connection.Endpoint.Breaks();
        _connection.Start();
        await _connection.ReachesAsync<BackingOff>();
        await _connection.StopAsync();
        Assert.IsType<Stopped>(_connection.Status.Phase);
    }

    [Fact]
    public async Task Stopping_ends_a_degraded_connection()
    {
        _connection.Endpoint.Refuses(403);
        _connection.Start();
        await _connection.ReachesAsync<Degraded>();
        await _connection.StopAsync();
        Assert.IsType<Stopped>(_connection.Status.Phase);
    }

    [Fact]
    public async Task Stopping_ends_an_attempt()
    {
        _connection.Endpoint.Hangs();
        _connection.Start();
        await _connection.Clock.SomeoneWaitsForAsync(15);
        await _connection.StopAsync();
        Assert.IsType<Stopped>(_connection.Status.Phase);
    }
}

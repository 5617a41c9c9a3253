using LarkService.LongConnection;

namespace LarkService.UnitTests.LongConnection;

/// <summary>Why open connections end, as counted for operators.</summary>
public sealed class LostConnectionMetricTests : IAsyncLifetime
{
    private const string Metric = "lark_service.websocket.disconnects";
    private readonly RunningConnection _connection = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public async Task A_peer_that_sends_no_pong_is_counted_as_silent()
    {
        await _connection.OpenForAWhileAsync();
        await _connection.Clock.SomeoneWaitsForAsync(30);
        _connection.Clock.AdvanceSeconds(30);
        await _connection.ReachesAsync<ConnectionPhase.BackingOff>();

        Assert.Equal(1, _connection.Meters.Sum(Metric, ("reason", "silent")));
        Assert.Equal(1, _connection.Meters.Sum(Metric));
    }

    [Fact]
    public async Task An_attempt_that_opens_nothing_loses_nothing()
    {
        _connection.Endpoint.Refuses(514);
        _connection.Start();
        await _connection.ReachesAsync<ConnectionPhase.Degraded>();

        Assert.Equal(0, _connection.Meters.Sum(Metric));
    }

    [Fact]
    public async Task That_the_service_stops_is_no_loss()
    {
        await _connection.OpenAsync();
        await _connection.StopAsync();

        Assert.Equal(0, _connection.Meters.Sum(Metric));
    }
}

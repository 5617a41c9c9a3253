using LarkSandbox.Faults;
using LarkSandbox.Network;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Wire;

/// <summary>Connections end, or are not to be had for a while. They come back within their schedule, and no event is missing.</summary>
public sealed class LostConnectionTests
{
    [Fact]
    public async Task One_cut_off_leaves_no_gap()
    {
        await using var wire = await WireScene.StartAsync();
        await wire.WithTrafficAsync(async () =>
        {
            await wire.AfterAsync(events: 20);
            var cut = TimeProvider.System.GetTimestamp();
            Assert.Single(wire.Platform.Faults.Cut(wire.Platform.Connections.Open[1].Id));
            await Eventually.TrueAsync("a third connection", () => wire.Platform.Connections.Opened == 3);
            await wire.AliveAsync(2);
            var gap = wire.Handled.LongestGap(cut, TimeProvider.System.GetTimestamp());
            wire.Tell($"longest time without an event {gap.TotalMilliseconds:0} ms");
            Assert.InRange(gap, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        });

        await wire.NothingLostNothingTwiceAsync();
    }

    [Fact]
    public async Task A_restart_of_the_server_is_survived()
    {
        await using var wire = await WireScene.StartAsync();
        await OutageAsync(wire, () => wire.Platform.Faults.Restart(TimeSpan.FromSeconds(2)));

        Assert.Contains(wire.Platform.Connections.State().History, m => m.What == "restarted");
        await wire.NothingLostNothingTwiceAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_maintenance_window_is_survived(bool http503)
    {
        await using var wire = await WireScene.StartAsync();
        await OutageAsync(wire, () => wire.Platform.Faults.Maintain(TimeSpan.FromSeconds(2), http503));

        Assert.Contains(wire.Platform.Connections.State().History, m => m.What == "refused" && m.Detail.Contains(http503 ? "HTTP 503" : "code 1", StringComparison.Ordinal));
        await wire.NothingLostNothingTwiceAsync();
    }

    [Fact]
    public async Task Refusals_on_the_way_back_are_tried_again()
    {
        await using var wire = await WireScene.StartAsync();
        await OutageAsync(wire, () =>
        {
            wire.Platform.Faults.Board.RefuseEndpoint(1000040343, times: 2);
            wire.Platform.Faults.RefuseHandshake(new HandshakeRefusal(514, 1000040343, "internal error"), times: 2);
            wire.Platform.Faults.DropConnections();
        });

        Assert.Equal(4, wire.Platform.Connections.State().History.Count(m => m.What == "refused"));
        await wire.NothingLostNothingTwiceAsync();
    }

    [Fact]
    public async Task A_network_that_is_down_for_everybody_and_then_back_is_survived()
    {
        await using var wire = await WireScene.StartAsync();
        await OutageAsync(wire, () => wire.Platform.Faults.Network = new NetworkConditions { Silent = true }, async () =>
        {
            await wire.EndedAsync(LarkService.LongConnection.DisconnectKind.Silent);
            wire.Platform.Faults.Network = new NetworkConditions { RefuseConnects = true };
            await wire.AfterAsync(events: 40);
            wire.Platform.Faults.Reset();
        });

        await wire.NothingLostNothingTwiceAsync();
    }

    private static Task OutageAsync(WireScene wire, Action begin, Func<Task>? meanwhile = null) => wire.WithTrafficAsync(async () =>
    {
        await wire.AfterAsync(events: 10);
        begin();
        await wire.AliveAsync(0);
        await (meanwhile?.Invoke() ?? Task.CompletedTask);
        var started = TimeProvider.System.GetTimestamp();
        await wire.AliveAsync(2); // 1, 2, 4, 8 s and no more between two attempts
        wire.Tell($"both back {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s later");
    });
}

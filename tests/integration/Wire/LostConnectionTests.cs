using LarkSandbox.Faults;
using LarkSandbox.Network;
using LarkService.IntegrationTests.Support;
using LarkService.LongConnection;

namespace LarkService.IntegrationTests.Wire;

/// <summary>Connections end, or are not to be had for a while. They come back within their schedule, and no event is missing.</summary>
public sealed class LostConnectionTests
{
    [Fact]
    public async Task One_cut_off_leaves_no_gap()
    {
        await using var wire = await WireScene.StartAsync(sandbox: WireScene.Calm, heartbeat: "00:00:10");
        await wire.WithTrafficAsync(async () =>
        {
            await wire.AfterAsync(events: 20);
            var cut = TimeProvider.System.GetTimestamp();
            wire.Platform.Faults.Board.RefuseEndpoint(1000040343, times: 1000);
            Assert.Single(wire.Platform.Faults.Cut(wire.Platform.Connections.Open[1].Id));

            // The other one delivers for as long as it takes
            var handled = wire.Handled.Count;
            await Eventually.TrueAsync("forty events over one connection", () => wire.Handled.Count >= handled + 40);
            Assert.Equal(2, wire.Platform.Connections.Opened);
            wire.Tell($"longest time without an event {wire.Handled.LongestGap(cut, TimeProvider.System.GetTimestamp()).TotalMilliseconds:0} ms");
            wire.Platform.Faults.Reset();
            await wire.AliveAsync(2);
        });

        await wire.NothingLostNothingTwiceAsync();
    }

    [Fact]
    public async Task Refusals_on_the_way_back_are_tried_again()
    {
        await using var wire = await WireScene.StartAsync();
        await wire.LosingAllAsync(() =>
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
        await wire.LosingAllAsync(() => wire.Platform.Faults.Network = new NetworkConditions { Silent = true }, async () =>
        {
            await wire.EndedAsync(DisconnectKind.Silent);
            wire.Platform.Faults.Network = new NetworkConditions { RefuseConnects = true };
            await wire.AfterAsync(events: 40);
            wire.Platform.Faults.Reset();
        });

        await wire.NothingLostNothingTwiceAsync();
    }
}

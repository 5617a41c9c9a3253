using LarkSandbox.Faults;
using LarkSandbox.Network;

namespace LarkService.IntegrationTests.Wire;

/// <summary>The line is bad for a while: slow, narrow, lossy, out of order. Nothing is lost, nothing happens twice.</summary>
public sealed class BadLineTests
{
    [Fact]
    public async Task A_late_and_trembling_line_is_endured_by_the_very_connections()
    {
        await using var wire = await WireScene.StartAsync(sandbox: WireScene.Calm, heartbeat: "00:00:10");
        await TroubleAsync(wire, () => wire.Platform.Faults.Network = new NetworkConditions { Latency = TimeSpan.FromMilliseconds(300), Jitter = TimeSpan.FromMilliseconds(100) });

        Assert.Equal(2, wire.Platform.Connections.Opened); // 0.6–0.8 s there and back is no reason to leave
        await wire.NothingLostNothingTwiceAsync();
    }

    [Fact]
    public async Task A_line_too_narrow_for_what_comes_loses_nothing()
    {
        await using var wire = await WireScene.StartAsync();
        await TroubleAsync(wire, () => wire.Platform.Faults.Network = new NetworkConditions { BytesPerSecond = 4000 });

        await wire.NothingLostNothingTwiceAsync();
        await wire.AliveAsync(2);
    }

    [Fact]
    public async Task One_in_five_pushes_acks_and_pongs_may_get_lost()
    {
        await using var wire = await WireScene.StartAsync();
        await TroubleAsync(wire, () => wire.Platform.Faults.Frames = new FrameConditions { PushLoss = 20, AckLoss = 20, PongLoss = 20 });

        await wire.NothingLostNothingTwiceAsync();
        await wire.AliveAsync(2);
        Assert.True(wire.Platform.Wire.Counters["redelivered"] > 0);
    }

    [Fact]
    public async Task Pushes_out_of_order_in_packets_out_of_order_and_all_of_them_twice_are_handled_once()
    {
        await using var wire = await WireScene.StartAsync(sandbox: WireScene.Calm, heartbeat: "00:00:10");
        await TroubleAsync(wire, () =>
        {
            wire.Platform.Faults.Frames = new FrameConditions { ReorderWithin = TimeSpan.FromMilliseconds(300), Duplicates = 100 };
            (wire.Platform.Faults.Board.SplitAbove, wire.Platform.Faults.Board.ReorderPackets) = (64, true);
        });

        Assert.Equal(2, wire.Platform.Connections.Opened);
        await wire.NothingLostNothingTwiceAsync();
    }

    [Fact]
    public async Task A_pong_may_quicken_the_heartbeat_and_a_pong_that_makes_no_sense_is_no_reason_to_leave()
    {
        await using var wire = await WireScene.StartAsync(sandbox: WireScene.Sandbox with { PingInterval = TimeSpan.FromSeconds(30) }, heartbeat: "00:00:30");
        wire.Platform.Faults.Board.PongPayload = """{"PingInterval":3}""";
        wire.Platform.Faults.DropConnections();
        await wire.AliveAsync(2);
        await PingsAsync(wire, 4); // two with the opening, then every three seconds and not every thirty
        var opened = wire.Platform.Connections.Opened;
        foreach (var odd in new[] { """{"PingInterval":-5,"ReconnectNonce":"soon"}""", """{"PingInterval":1e99}""", "[]", "not JSON" })
        {
            wire.Platform.Faults.Board.PongPayload = odd;
            await PingsAsync(wire, 2);
        }

        Assert.Equal(opened, wire.Platform.Connections.Opened);
        await wire.WithTrafficAsync(() => wire.AfterAsync(events: 10));
        await wire.NothingLostNothingTwiceAsync();
    }

    private static Task PingsAsync(WireScene wire, int more)
    {
        var until = wire.Platform.Wire.Counters["ping"] + more;
        return wire.Platform.WaitForAsync(() => wire.Platform.Wire.Counters["ping"] >= until, TimeSpan.FromSeconds(25));
    }

    private static Task TroubleAsync(WireScene wire, Action begin) => wire.WithTrafficAsync(async () =>
    {
        await wire.AfterAsync(events: 10);
        begin();
        await wire.AfterAsync(events: 80);
        wire.Platform.Faults.Reset();
        await wire.AfterAsync(events: 10);
    });
}

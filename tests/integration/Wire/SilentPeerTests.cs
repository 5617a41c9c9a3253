using LarkService.LongConnection;

namespace LarkService.IntegrationTests.Wire;

/// <summary>The peer is gone and nobody said so: no FIN, no RST, a socket that looks alive.</summary>
public sealed class SilentPeerTests
{
    /// <summary>Two heartbeats of three seconds, and five seconds.</summary>
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(11);

    [Fact]
    public async Task It_is_noticed_and_replaced_in_time_while_the_other_connection_goes_on()
    {
        await using var wire = await WireScene.StartAsync(sandbox: WireScene.Sandbox with { PingInterval = TimeSpan.FromSeconds(3) }, heartbeat: "00:00:03");
        var victim = wire.Platform.Connections.Open[0];
        await wire.WithTrafficAsync(async () =>
        {
            await wire.AfterAsync(events: 20);
            var vanished = TimeProvider.System.GetTimestamp();
            var given = wire.EndedAsync(DisconnectKind.Silent);
            Assert.Equal([victim.Id], wire.Platform.Faults.Vanish(victim.Id));
            var handled = wire.Handled.Count;
            var reason = (await given).Reason;

            // Until then the other connection delivered; it had three seconds or more
            Assert.Contains("No answer to heartbeats", reason, StringComparison.Ordinal);
            Assert.True(wire.Handled.Count >= handled + 10, $"Only {wire.Handled.Count - handled} events meanwhile.");

            await wire.AliveAsync(2);
            var took = TimeProvider.System.GetElapsedTime(vanished);
            var gap = wire.Handled.LongestGap(vanished, TimeProvider.System.GetTimestamp());
            wire.Tell($"replaced after {took.TotalSeconds:0.00} s; longest time without an event meanwhile {gap.TotalMilliseconds:0} ms");
            Assert.InRange(took, TimeSpan.FromSeconds(0.9), Promised);
        });

        // What went to the dead line came again by the ladder
        await wire.NothingLostNothingTwiceAsync();
    }

    [Fact]
    public async Task A_peer_that_only_listens_half_is_left()
    {
        await using var wire = await WireScene.StartAsync();
        await wire.WithTrafficAsync(async () =>
        {
            await wire.AfterAsync(events: 10);
            var before = wire.Platform.Connections.Opened;
            wire.Platform.Faults.HalfClose();
            await Support.Eventually.TrueAsync("two new connections", () => wire.Platform.Connections.Opened >= before + 2);
            await wire.AliveAsync(2);
        });

        await wire.NothingLostNothingTwiceAsync();
    }
}

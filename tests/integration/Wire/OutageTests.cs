using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Wire;

/// <summary>The platform itself is not there for a while, unannounced or announced.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task A_restart_of_the_server_is_survived()
    {
        await using var wire = await WireScene.StartAsync();
        await wire.LosingAllAsync(() => wire.Platform.Faults.Restart(TimeSpan.FromSeconds(2)));

        Assert.Contains(wire.Platform.Connections.State().History, m => m.What == "restarted");
        await wire.NothingLostNothingTwiceAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_maintenance_window_is_survived(bool http503)
    {
        await using var wire = await WireScene.StartAsync();
        await wire.LosingAllAsync(() => wire.Platform.Faults.Maintain(TimeSpan.FromMinutes(5), http503), async () =>
        {
            await Eventually.TrueAsync("a refusal", () => Refused(wire, http503));
            wire.Platform.Faults.Reset();
        });

        await wire.NothingLostNothingTwiceAsync();
    }

    private static bool Refused(WireScene wire, bool http503) =>
        wire.Platform.Connections.State().History.Any(m => m.What == "refused" && m.Detail.Contains(http503 ? "HTTP 503" : "code 1", StringComparison.Ordinal));
}

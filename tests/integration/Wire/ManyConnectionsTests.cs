using LarkSandbox.Faults;
using LarkService.IntegrationTests.Support;
using LarkService.LongConnection;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.IntegrationTests.Wire;

/// <summary>As many connections as are allowed, and some more.</summary>
public sealed class ManyConnectionsTests
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task One_too_many_stands_by_and_takes_over_when_another_ends()
    {
        // Given three connections where two are allowed; time runs eightfold, for standing by is measured in minutes
        var handled = new HandledEvents();
        await using var scene = await Scene.PrepareAsync(new()
        {
            Flow = Flow.Redirect,
            Sandbox = WireScene.Sandbox with { MaxConnections = 2, PingInterval = TimeSpan.FromSeconds(30) },
            Settings = { ["LongConnection:ConnectionsPerApp"] = "3" },
        });
        await using var service = await RunningService.StartAsync(scene.Settings(), new QuickTime(8), services => WireScene.Listen(services, handled));
        var statuses = service.Services.GetRequiredService<LongConnectionStatuses>();
        await Eventually.TrueAsync("the third standing by", () => statuses.All.Count(s => s.Phase.Why?.Kind == DisconnectKind.TooManyConnections) == 1 && statuses.All.Count(s => s.IsConnected) == 2, Slow);

        // When one of the two is gone for good: somebody else's connection would not come back either
        scene.Platform.Faults.Board.RefuseEndpoint(1000040343, times: 1);
        scene.Platform.Faults.Cut(scene.Platform.Connections.Open[0].Id);

        // Then there are two again sooner or later, whoever of the three they are, and nobody hammers
        await Eventually.TrueAsync("two connections again", () => scene.Platform.Connections.Open.Count == 2 && statuses.All.Count(s => s.IsConnected) == 2, Slow);
        scene.Platform.Faults.Limit(3);
        await Eventually.TrueAsync("all three", () => statuses.All.All(s => s.IsConnected), Slow);
        Assert.InRange(scene.Platform.Connections.State().History.Count(m => m.What == "refused"), 1, 20);
    }

    [Fact]
    public async Task Ten_connections_share_what_comes_and_all_come_back()
    {
        var handled = new HandledEvents();
        await using var scene = await Scene.PrepareAsync(new()
        {
            Flow = Flow.Redirect,
            Sandbox = WireScene.Sandbox with { MaxConnections = 10, PingInterval = TimeSpan.FromSeconds(30) },
            Settings = { ["LongConnection:ConnectionsPerApp"] = "10" },
        });
        await using var service = await RunningService.StartAsync(scene.Settings(), new QuickTime(8), services => WireScene.Listen(services, handled));
        await Eventually.TrueAsync("ten connections", () => scene.Platform.Connections.Open.Count == 10, Slow);
        await PushAsync(scene, handled, 200);
        Assert.InRange(scene.Platform.Wire.Last(500).Where(e => e.Kind == "event").Select(e => e.Connection).Distinct().Count(), 10, 20); // one that came back counts twice

        await Eventually.TrueAsync("ten connections before the cut", () => scene.Platform.Connections.Open.Count == 10, Slow);
        Assert.InRange(scene.Platform.Faults.Cut().Count, 9, 10);
        await PushAsync(scene, handled, 100);
        await Eventually.TrueAsync("ten connections again", () => scene.Platform.Connections.Open.Count == 10, Slow);
    }

    [Fact]
    public async Task Two_services_on_one_database_handle_each_event_once_on_the_worst_of_lines()
    {
        await using var wire = await WireScene.StartAsync(engine: Engine.Postgres);
        await wire.AddServiceAsync();
        await wire.AliveAsync(4);
        await wire.WithTrafficAsync(async () =>
        {
            wire.Platform.Faults.Frames = new FrameConditions { AckLoss = 30, Duplicates = 100, ReorderWithin = TimeSpan.FromMilliseconds(50) };
            await wire.AfterAsync(events: 40);
            wire.Platform.Faults.Cut(wire.Platform.Connections.Open[0].Id);
            wire.Platform.Faults.Vanish(wire.Platform.Connections.Open[1].Id);
            await wire.AfterAsync(events: 40);
            wire.Platform.Faults.Reset();
            await wire.AliveAsync(4);
        });

        await wire.NothingLostNothingTwiceAsync();
    }

    private static async Task PushAsync(Scene scene, HandledEvents handled, int events)
    {
        var pushed = Enumerable.Range(1, events)
            .Select(n => scene.Platform.PushEvent(HandledEvents.EventType, new System.Text.Json.Nodes.JsonObject { ["chat_id"] = $"oc_{n % 7}", ["n"] = n }))
            .ToList();
        await scene.Platform.WaitForAsync(() => pushed.All(d => d.Acked), Slow);
        await Eventually.TrueAsync("every event being handled", () => pushed.Select(d => d.EventId).Except(handled.All.Select(h => h.EventId)).ToList().Count == 0, Slow);
        Assert.Equal(handled.Count, handled.All.Select(h => h.EventId).Distinct().Count());
    }
}

using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.LongConnection;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Wire;

/// <summary>What is said in one chat is handled in the order it was said, while other chats overtake.</summary>
public sealed class OrderTests
{
    [Fact]
    public async Task A_thousand_events_of_one_chat_at_full_speed_are_handled_in_the_order_of_the_wire()
    {
        await using var wire = await WireScene.StartAsync(connections: 1, WireScene.Sandbox with { AckDeadline = TimeSpan.FromSeconds(60), PingInterval = TimeSpan.FromSeconds(30), RecordWire = false }, heartbeat: "00:00:30");
        var (pushes, envelopes) = (wire.Scene.InsidePlatform<Pushes>(), wire.Scene.InsidePlatform<Envelopes>());

        // Nobody waits for an ack; every tenth event is another chat's
        var pushed = Enumerable.Range(1, 1000).Select(n =>
        {
            var envelope = envelopes.Event(HandledEvents.EventType, new JsonObject { ["chat_id"] = n % 10 == 0 ? $"oc_{n}" : "oc_busy", ["n"] = n });
            return pushes.PushAsync(Encoding.UTF8.GetBytes(envelope.ToJsonString()), "event", "an event", CancellationToken.None);
        }).ToList();

        Assert.All(await Task.WhenAll(pushed), result => Assert.Equal(200, Assert.IsType<PushResult.Answered>(result).Code));
        await Eventually.TrueAsync("every event being handled", () => wire.Handled.Count >= 1000, TimeSpan.FromSeconds(75));
        InOrder(wire.Handled.All, chat: "oc_busy", events: 900);
        Overtaken(wire.Handled.All);
    }

    [Fact]
    public async Task Over_two_connections_the_order_is_kept_when_the_platform_waits_for_each_ack()
    {
        await using var wire = await WireScene.StartAsync(sandbox: WireScene.Sandbox with { OrderedChats = true, AckDeadline = TimeSpan.FromSeconds(60), PingInterval = TimeSpan.FromSeconds(30) }, heartbeat: "00:00:30");
        for (var n = 1; n <= 300; n++)
        {
            wire.Push("oc_busy");
            wire.Push($"oc_{n}");
        }

        await wire.NothingLostNothingTwiceAsync();
        InOrder(wire.Handled.All, chat: "oc_busy", events: 300);
        Overtaken(wire.Handled.All);
    }

    private static void InOrder(IReadOnlyList<Handled> all, string chat, int events)
    {
        var numbers = all.Where(h => h.Chat == chat).Select(h => h.Number).ToList();
        Assert.Equal(events, numbers.Count);
        var wrong = numbers.Zip(numbers.Skip(1)).Count(pair => pair.First > pair.Second);
        Assert.True(wrong == 0, $"{wrong} of {events} came before one that was said earlier.");
    }

    /// <summary>Somebody else was served before the busy chat's turn was over.</summary>
    private static void Overtaken(IReadOnlyList<Handled> all) =>
        Assert.Contains(all.Index(), h => h.Item.Chat != "oc_busy" && all.Skip(h.Index).Any(later => later.Chat == "oc_busy" && later.Number < h.Item.Number));
}

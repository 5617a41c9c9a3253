using System.Text.Json.Nodes;
using LarkSandbox.Chat;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary>The wire to the platform breaks, falls silent, repeats itself and talks nonsense.</summary>
public sealed class LongConnectionTests
{
    [Theory]
    [BothEngines]
    public async Task Cut_off_the_service_connects_again_and_handles_what_came_meanwhile_once(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);

        scene.Platform.Faults.DropConnections();
        Assert.Empty(scene.Platform.Connections.Open);
        var question = scene.Ava.Write("Hello?");

        await scene.Ava.AnswerAsync(question);
        await AnsweredOnceAsync(scene, scene.Ava, question);
        Assert.NotEmpty(scene.Platform.Connections.Open);
        await scene.ReadyAsync();
    }

    [Fact]
    public async Task A_connection_that_looks_alive_but_is_silent_is_replaced_after_two_heartbeats()
    {
        await using var scene = await Scene.StartAsync(new()
        {
            Flow = Flow.Redirect,
            Settings = { ["LongConnection:HeartbeatInterval"] = "00:00:01", ["LongConnection:ConnectionsPerApp"] = "1" },
        });
        var silent = Assert.Single(scene.Platform.Connections.Open);

        scene.Platform.Faults.Silence(TimeSpan.FromMinutes(5));
        var started = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync("another connection", () => scene.Platform.Connections.Open.Any(c => c.Id != silent.Id && !c.IsSilent));

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(20));
        scene.Ava.Write("/help");
        await scene.Ava.CardAsync("an answer over the new one", m => m.Text().Contains("What I can do", StringComparison.Ordinal));
    }

    [Theory]
    [BothEngines]
    public async Task The_same_event_twice_is_handled_once_also_across_a_restart(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        var user = scene.Platform.Users[2];
        var (question, envelope) = Unsent(scene, user, "Hello?");

        scene.Platform.Faults.Board.DuplicateNextEvents();
        scene.Platform.PushEvent((JsonObject)envelope.DeepClone());
        await scene.Ava.AnswerAsync(question);
        await scene.StartServiceAsync();
        var again = scene.Platform.PushEvent((JsonObject)envelope.DeepClone());
        await scene.Platform.WaitForAsync(() => again.Acked, Eventually.Patience);

        // The same message under another event id is the same message
        var other = (JsonObject)envelope.DeepClone();
        other["header"]!["event_id"] = Guid.NewGuid().ToString("N");
        var delivery = scene.Platform.PushEvent(other);
        await scene.Platform.WaitForAsync(() => delivery.Acked, Eventually.Patience);

        // Whatever they might have started would be done before what comes later
        await scene.Ava.AnswerAsync(scene.Ava.Write("And now?"));
        Assert.Single(scene.Ava.Replies(question));
        Assert.Equal(2, scene.Runs);
    }

    [Fact]
    public async Task What_is_written_while_the_service_restarts_arrives_by_redelivery()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        await scene.Service.StopAsync();

        var (question, delivery) = scene.Platform.SendText(scene.Ava.OpenId, "Hello?");
        await scene.Platform.WaitForAsync(() => delivery.Attempts > 0, Eventually.Patience);
        await scene.StartServiceAsync();

        await scene.Ava.AnswerAsync(question);
        Assert.True(delivery.Attempts > 1);
        await AnsweredOnceAsync(scene, scene.Ava, question);
    }

    [Fact]
    public async Task Packets_out_of_order_are_put_together()
    {
        await using var scene = await Scene.StartAsync(new()
        {
            Flow = Flow.Redirect,
            Sandbox = Scene.QuickSandbox with { SplitAbove = 300, ReorderPackets = true },
        });
        var ava = scene.Ava;
        var question = ava.Write("你好，" + string.Concat(Enumerable.Repeat("世界🌍", 200)) + "?");
        await ava.AgreeAsync(await ava.AskedAsync());
        await ava.AnswerAsync(question);
    }

    [Fact]
    public async Task Nonsense_on_the_wire_is_survived_by_the_connection()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        await Eventually.TrueAsync("both connections", () => scene.Platform.Connections.Open.Count == 2);
        var before = scene.Platform.Connections.Open.Select(c => c.Id).ToList();

        // Bytes that are no frame, events nobody knows, pushes that are no JSON, clicks with odd values
        foreach (var connection in scene.Platform.Connections.Open)
        {
            await connection.SendAsync(new byte[] { 0xff, 0xff, 0xff, 0x01 }, CancellationToken.None);
            await connection.SendAsync(Array.Empty<byte>(), CancellationToken.None);
        }

        var unknown = scene.Platform.PushEvent("contact.user.updated_v3", new JsonObject { ["x"] = 1 });
        await scene.Platform.WaitForAsync(() => unknown.Acked, Eventually.Patience);
        var pushes = scene.InsidePlatform<LarkSandbox.LongConnection.Pushes>();
        await pushes.PushAsync("not json"u8.ToArray(), "event", "nonsense", CancellationToken.None);
        await pushes.PushAsync("[]"u8.ToArray(), "event", "nonsense", CancellationToken.None);
        await pushes.PushAsync(new byte[] { 0xc3, 0x28 }, "event", "nonsense", CancellationToken.None);
        foreach (var odd in (JsonNode[])[new JsonObject(), new JsonObject { ["action"] = "no.such" }, JsonValue.Create("{broken"), new JsonObject { ["action"] = "consent.open", ["session"] = 7 }])
        {
            Assert.Contains("toast", await scene.PushClickAsync(scene.Ava, odd), StringComparison.Ordinal);
        }

        // Everything goes on, over the very connections
        scene.Ava.Write("/help");
        await scene.Ava.CardAsync("an answer", m => m.Text().Contains("What I can do", StringComparison.Ordinal));
        Assert.Equal(before, scene.Platform.Connections.Open.Select(c => c.Id));
        Assert.Equal("healthy", (await new Api(scene.Anonymous).GetAsync("/health"))["status"]);
    }

    [Fact]
    public async Task A_service_that_may_have_no_more_connections_says_so_and_works_with_what_it_has()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect, Sandbox = Scene.QuickSandbox with { MaxConnections = 1 } });
        await Eventually.TrueAsync("the second one standing by", () => scene.Service.Output.Any(l => l.Contains("Standing by", StringComparison.Ordinal)));

        scene.Ava.Write("/help");
        await scene.Ava.CardAsync("an answer", m => m.Text().Contains("What I can do", StringComparison.Ordinal));
        await scene.ReadyAsync();
    }

    private static async Task AnsweredOnceAsync(Scene scene, Person person, ChatMessage question)
    {
        await Eventually.TrueAsync("all work being done", async () => await scene.Database.CountAsync("parked_calls", "state = 'running'") == 0);
        Assert.Single(person.Replies(question));
        Assert.Equal(1, scene.Runs);
    }

    /// <summary>A message that is in the chat, and the event about it that has not been pushed.</summary>
    private static (ChatMessage Message, JsonObject Envelope) Unsent(Scene scene, DemoUser user, string text)
    {
        var message = new ChatMessage
        {
            MessageId = "om_" + Guid.NewGuid().ToString("N"),
            ChatId = user.ChatId,
            SenderOpenId = user.OpenId,
            MsgType = "text",
            Content = new JsonObject { ["text"] = text }.ToJsonString(),
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        scene.InsidePlatform<MessageStore>().Add(message, null, null);
        return (message, scene.InsidePlatform<LarkSandbox.LongConnection.Envelopes>().MessageReceived(user, message, group: false));
    }
}

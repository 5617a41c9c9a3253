using System.Net.WebSockets;
using LarkSandbox.Chat;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary>How connections end, and who is told when they do not come back.</summary>
public sealed class ConnectionLifeTests
{
    [Fact]
    public async Task Stopping_acknowledges_what_was_taken_and_says_goodbye_with_1000()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect, OwnProcess = true, Sandbox = Scene.QuickSandbox with { RedeliveryScale = 10, AckDeadline = TimeSpan.FromSeconds(30) } });
        await Eventually.TrueAsync("both connections", () => scene.Platform.Connections.Open.Count == 2);
        var connections = scene.Platform.Connections.Open;

        // When it is told to stop amid what people write
        for (var i = 0; i < 40; i++)
        {
            scene.Ava.Write("/help");
        }

        await scene.Platform.WaitForAsync(() => scene.Platform.Acks > 0, Eventually.Patience);
        await scene.Service.StopAsync();

        // Then what is stored was acknowledged, what was acknowledged is stored, and each connection ended in order
        await Eventually.TrueAsync("the platform seeing the ends", () => scene.Platform.Connections.Open.Count == 0);
        List<string> stored = [.. (await scene.Database.RowsAsync("SELECT event_id FROM inbox_events")).Select(row => row[0]!.ToString()!).Order(StringComparer.Ordinal)];
        Assert.NotEmpty(stored);
        await Eventually.TrueAsync("every stored event, and no other, being acknowledged", () => stored.SequenceEqual(
            scene.Platform.Deliveries.Where(d => d.Acked).Select(d => d.EventId).Order(StringComparer.Ordinal), StringComparer.Ordinal));
        Assert.All(connections, c => Assert.Equal(WebSocketCloseStatus.NormalClosure, c.Socket.CloseStatus));
        Assert.Equal(2, scene.Platform.Connections.State().History.Count(m => m.Detail == "The service said goodbye."));
    }

    [Fact]
    public async Task A_refusal_for_good_is_told_once_to_the_admin_chat()
    {
        await using var scene = await Scene.StartAsync(new() { Settings = { ["Alerts:AdminChatId"] = TenantDirectory.GroupChatId } });
        await Eventually.TrueAsync("both connections", () => scene.Platform.Connections.Open.Count == 2);

        // When both connections are lost and the platform wants neither back
        scene.Platform.Faults.Board.RefuseEndpoint(403, times: 1000);
        scene.Platform.Faults.DropConnections();

        // Then the chat is told, in plain words and once
        var told = await Eventually.FindAsync("a message in the admin chat", () => InAdminChat(scene).FirstOrDefault());
        Assert.Contains("does not let this app use the long connection", told.Card!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("不允许该应用使用长连接", told.Text() + told.Card.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }), StringComparison.Ordinal);
        await Eventually.TrueAsync("both being degraded", () => scene.Service.Output.Count(line => line.Contains("is degraded", StringComparison.Ordinal)) == 2);
        Assert.Single(InAdminChat(scene));
        await Leaks.NoneAsync(scene);
    }

    private static IEnumerable<ChatMessage> InAdminChat(Scene scene) => scene.Platform.Messages.Where(m => m.ChatId == TenantDirectory.GroupChatId);
}

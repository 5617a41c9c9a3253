using System.Text.Json;
using LarkSandbox.Chat;
using LarkService.Events;
using LarkService.Events.Callbacks;
using LarkService.IntegrationTests.Refresh;
using LarkService.IntegrationTests.Support;
using LarkService.LongConnection;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.IntegrationTests.Consent;

/// <summary>A scene whose service has a second replica beside it, on the same PostgreSQL.</summary>
internal sealed class TwoReplicas : IAsyncDisposable
{
    private readonly HttpClient _client;
    private readonly RunningService _second;

    private TwoReplicas(Scene scene, RunningService second, HttpClient client) => (Scene, _second, _client) = (scene, second, client);

    public Scene Scene { get; }

    public IReadOnlyList<Api> Apis => [Scene.Api, new(_client)];

    public IReadOnlyList<IServiceProvider> Insides => [((RunningService)Scene.Service).Services, _second.Services];

    public static async Task<TwoReplicas> StartAsync()
    {
        var scene = await Scene.StartAsync(new() { Engine = Engine.Postgres, Flow = Flow.Redirect });
        try
        {
            var settings = Cluster.Beside(scene);
            var second = await RunningService.StartAsync(settings, scene.Clock);
            return new(scene, second, Cluster.Client(scene, settings["urls"]));
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same click arrives at both at once, as two deliveries. What each answers, as JSON.</summary>
    public Task<string[]> ClickAsync(Person by, ChatMessage card, string action)
    {
        var value = JsonSerializer.SerializeToElement(card.Button(action));
        return Task.WhenAll(new[] { (RunningService)Scene.Service, _second }.Select((replica, i) => Task.Run(() => ClickAsync(replica, by, card, value, $"click-{action}-{i}"))));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _second.DisposeAsync();
        await Scene.DisposeAsync();
    }

    private async Task<string> ClickAsync(RunningService replica, Person by, ChatMessage card, JsonElement value, string id)
    {
        var body = JsonSerializer.SerializeToElement(new
        {
            @operator = new { open_id = by.OpenId },
            token = "c-1",
            action = new { value, tag = "button" },
            context = new { open_message_id = card.MessageId, open_chat_id = card.ChatId },
        });
        var click = new LarkEvent(Scene.Options.Sandbox.AppId, id, EventTypes.CardAction, Scene.Clock.GetUtcNow(), Scene.Options.Sandbox.TenantKey, body);
        var answer = Assert.IsType<PayloadAnswer.Ok>(await replica.Services.GetRequiredService<CardCallbacks>().AnswerAsync(click, Scene.Clock.GetTimestamp()));
        answer.Afterwards?.Invoke();
        return answer.Data is { } data ? System.Text.Encoding.UTF8.GetString(data.Span) : "";
    }
}

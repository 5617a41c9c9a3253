using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using LarkSandbox.Aily;
using LarkService.Apaas.Ai.Rest;
using LarkService.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.IntegrationTests.Ai;

/// <summary>Another system that asks the AI for people.</summary>
internal sealed class AiCaller(HttpClient http)
{
    public const string Path = "/api/v1/ai/chat";

    /// <summary>Times a test can wait for.</summary>
    public static void Quick(IServiceCollection services) =>
        services.AddSingleton(new AiStreamPace { Heartbeat = TimeSpan.FromMilliseconds(100), Grace = TimeSpan.FromSeconds(2) });

    public async Task<ApiAnswer> AskAsync(Person person, string? message, string? conversationId = null, params (string Name, string Value)[] headers)
    {
        using var request = Request(person.OpenId, message, conversationId, headers);
        return await SendAsync(request, CancellationToken.None);
    }

    public async Task<ApiAnswer> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using var answer = await http.SendAsync(request, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        return new ApiAnswer(answer.StatusCode, text, text.StartsWith('{') ? JsonNode.Parse(text) : null, answer.Content.Headers.ContentType?.MediaType, answer.Headers.Location, answer.Headers.RetryAfter?.Delta);
    }

    /// <param name="person">Whom for.</param>
    /// <param name="message">What to ask.</param>
    /// <param name="lastEventId">Where to go on.</param>
    /// <param name="conversationId">In which conversation.</param>
    public async Task<AiStream> StreamAsync(Person person, string message, string? lastEventId = null, string? conversationId = null)
    {
        using var request = Request(person.OpenId, message, conversationId);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        return await AiStream.OpenAsync(await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
    }

    public static HttpRequestMessage Request(string openId, string? message, string? conversationId = null, params (string Name, string Value)[] headers)
    {
        var body = new JsonObject { ["openId"] = openId, ["message"] = message, ["conversationId"] = conversationId };
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }

    /// <summary>Every run there was, oldest first.</summary>
    public static IReadOnlyList<AilyRun> RunsOf(Scene scene) => [.. scene.Platform.AilySessions.SelectMany(s =>
    {
        lock (s.Gate)
        {
            return s.Runs.ToList();
        }
    }).OrderBy(r => r.CreatedAt)];
}

using System.Text.Json;
using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Apaas.Ai;

/// <summary>
/// Aily with the user's token: session → message → run → messages of the run. Runs may be created 100 times a minute per app and
/// company, everything else 1000. Every call asks for all of <see cref="AilyScopes"/>, so it is the first that finds consent missing.
/// </summary>
internal sealed class AilyClient(IUserCalls calls)
{
    /// <summary>Lists are short in practice; this bounds what a session with years of runs can cost.</summary>
    private const int MaxPages = 20;

    private const string Sessions = "/open-apis/aily/v1/sessions";

    /// <returns>The new session's id.</returns>
    public async Task<string> CreateSessionAsync(UserKey user, CancellationToken ct)
    {
        var data = await SendAsync(user, HttpMethod.Post, Sessions, new { }, repeatable: true, ct); // a session too many does no harm
        return Required(data, "session").Text("id")!;
    }

    /// <summary>Succeeds when the platform knows the session.</summary>
    public Task GetSessionAsync(UserKey user, string sessionId, CancellationToken ct) =>
        SendAsync(user, HttpMethod.Get, Session(sessionId), null, repeatable: true, ct);

    /// <param name="user">Who asks.</param>
    /// <param name="sessionId">In which session.</param>
    /// <param name="idempotentId">At most 64 characters; the same one adds one message within 72 hours.</param>
    /// <param name="text">At most <see cref="AilyLimits.MaxMessageChars"/>.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The message's id.</returns>
    public async Task<string> CreateMessageAsync(UserKey user, string sessionId, string idempotentId, string text, CancellationToken ct)
    {
        var body = new { idempotent_id = idempotentId, content_type = "TEXT", content = text };
        var data = await SendAsync(user, HttpMethod.Post, $"{Session(sessionId)}/messages", body, repeatable: true, ct);
        return Required(data, "message").Text("id")!;
    }

    /// <param name="user">Who asks.</param>
    /// <param name="sessionId">In which session; refused while another run of it is active.</param>
    /// <param name="ailyAppId"><c>spring_…__c</c></param>
    /// <param name="metadata">Comes back with the run; at most 255 characters.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<AilyRun> CreateRunAsync(UserKey user, string sessionId, string ailyAppId, string metadata, CancellationToken ct) =>
        Run(await SendAsync(user, HttpMethod.Post, $"{Session(sessionId)}/runs", new { app_id = ailyAppId, metadata }, repeatable: false, ct));

    public async Task<AilyRun> GetRunAsync(UserKey user, string sessionId, string runId, CancellationToken ct) =>
        Run(await SendAsync(user, HttpMethod.Get, OneRun(sessionId, runId), null, repeatable: true, ct));

    /// <summary>Without effect on a run that is over.</summary>
    public Task CancelRunAsync(UserKey user, string sessionId, string runId, CancellationToken ct) =>
        SendAsync(user, HttpMethod.Post, $"{OneRun(sessionId, runId)}/cancel", new { }, repeatable: true, ct);

    public async Task<IReadOnlyList<AilyRun>> ListRunsAsync(UserKey user, string sessionId, CancellationToken ct) =>
        [.. (await ListAsync(user, $"{Session(sessionId)}/runs", "", "runs", ct)).Select(AilyRun.From)];

    /// <param name="user">Who asked.</param>
    /// <param name="sessionId">In which session.</param>
    /// <param name="runId">Whose words.</param>
    /// <param name="partly">With the message that is still being written.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>What the run wrote, oldest first.</returns>
    public async Task<IReadOnlyList<AilyMessage>> ListMessagesAsync(UserKey user, string sessionId, string runId, bool partly, CancellationToken ct)
    {
        var query = $"run_id={Uri.EscapeDataString(runId)}{(partly ? "&with_partial_message=true" : "")}";
        var messages = await ListAsync(user, $"{Session(sessionId)}/messages", query, "messages", ct);
        return [.. messages.Select(AilyMessage.From).OrderBy(m => m.CreatedAt)];
    }

    private async Task<List<JsonElement>> ListAsync(UserKey user, string path, string query, string name, CancellationToken ct)
    {
        List<JsonElement> items = [];
        var page = query;
        for (var i = 0; i < MaxPages; i++)
        {
            var data = await SendAsync(user, HttpMethod.Get, page.Length == 0 ? path : $"{path}?{page}", null, repeatable: true, ct);
            items.AddRange(data.Items(name));
            if (!(data.TryGetProperty("has_more", out var more) && more.ValueKind == JsonValueKind.True) || data.Text("page_token") is not { Length: > 0 } token)
            {
                break;
            }

            page = $"{(query.Length == 0 ? "" : query + "&")}page_token={Uri.EscapeDataString(token)}";
        }

        return items;
    }

    private async Task<JsonElement> SendAsync(UserKey user, HttpMethod method, string path, object? body, bool repeatable, CancellationToken ct)
    {
        var data = (await calls.SendAsync(user, AilyScopes.All, method, path, body, repeatable, ct)).ThrowIfRefused().Data;
        return data.ValueKind == JsonValueKind.Object ? data : JsonSerializer.SerializeToElement(new { });
    }

    private static AilyRun Run(JsonElement data) => AilyRun.From(Required(data, "run"));

    private static JsonElement Required(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.Text("id") is { Length: > 0 }
            ? value
            : throw new PlatformException(new PlatformError(0, $"The answer names no {name}.", null, 502));

    private static string Session(string sessionId) => $"{Sessions}/{Uri.EscapeDataString(sessionId)}";

    private static string OneRun(string sessionId, string runId) => $"{Session(sessionId)}/runs/{Uri.EscapeDataString(runId)}";
}

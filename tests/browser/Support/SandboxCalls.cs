using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LarkService.BrowserTests.Support;

/// <summary>What other systems do to a running sandbox and its service, over HTTP.</summary>
internal sealed class SandboxCalls : IDisposable
{
    private readonly SandboxRun _run;
    private readonly HttpClient _service;
    private readonly HttpClient _platform;

    public SandboxCalls(SandboxRun run)
    {
        _run = run;
        _service = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = run.ServiceUrl };
        _service.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", run.ApiKey);
        _platform = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = run.Url };
    }

    /// <summary>Asks somebody for consent.</summary>
    /// <returns>The message that is the card.</returns>
    public async Task<string> AskAsync(string openId, string detail, string reason, params string[] scopes)
    {
        using var answer = await _service.PostAsJsonAsync("/api/v1/authorizations", new { openId, detail, reason, scopes });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!["messageId"]!.ToString();
    }

    /// <summary>Refreshes somebody's token, which the platform refuses for good.</summary>
    public async Task RefreshInVainAsync(string openId)
    {
        await FailTokenCallAsync(20037);
        using var answer = await _service.PostAsync(new Uri($"/api/v1/grants/{openId}/refresh", UriKind.Relative), null);
    }

    /// <summary>The next call of the token endpoint is refused with this code.</summary>
    public async Task FailTokenCallAsync(int code)
    {
        using var answer = await _platform.PostAsJsonAsync(
            "/sandbox/api/faults/fail-next", new { pathPrefix = "/open-apis/authen/v2/oauth/token", status = 400, body = new { code, error = "invalid_grant" } });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The page that a card's button opens.</summary>
    public async Task<Uri> LinkAsync(string openId, string messageId)
    {
        var messages = await _platform.GetFromJsonAsync<JsonNode>($"/sandbox/api/messages?openId={openId}");
        var card = messages!["items"]!.AsArray().Single(m => m!["messageId"]!.ToString() == messageId)!["card"]!;
        return Objects(card).Where(o => o["default_url"] is not null).Select(o => new Uri(o["default_url"]!.ToString())).First();
    }

    /// <summary>Sends a card as the bot.</summary>
    /// <returns>The message.</returns>
    public async Task<string> SendCardAsync(string openId, string card)
    {
        using var app = await _platform.PostAsJsonAsync("/open-apis/auth/v3/tenant_access_token/internal", new { app_id = _run.AppId, app_secret = _run.AppSecret });
        var token = (await app.Content.ReadFromJsonAsync<JsonNode>())!["tenant_access_token"]!.ToString();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/open-apis/im/v1/messages?receive_id_type=open_id")
        {
            Content = JsonContent.Create(new { receive_id = openId, msg_type = "interactive", content = card }),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
        using var answer = await _platform.SendAsync(request);
        var sent = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return answer.IsSuccessStatusCode ? sent.GetProperty("data").GetProperty("message_id").GetString()! : throw new InvalidOperationException(sent.ToString());
    }

    public void Dispose()
    {
        _service.Dispose();
        _platform.Dispose();
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Objects(p.Value)).Prepend(o),
        JsonArray a => a.SelectMany(Objects),
        _ => [],
    };
}

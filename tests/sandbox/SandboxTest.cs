using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.Tests;

/// <summary>A simulator of its own for every test, on a free port of loopback, and ways to talk to it as an app does.</summary>
public abstract class SandboxTest : IAsyncLifetime
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What is not acknowledged comes again soon, however often it was late.</summary>
    internal static readonly IReadOnlyList<TimeSpan> QuickLadder = [.. Enumerable.Repeat(TimeSpan.FromSeconds(0.2), 100)];

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false });

    internal ShiftedTime Clock { get; } = new();

    internal SandboxHandle Sandbox { get; private set; } = null!;

    internal SandboxPlatform Platform => Sandbox.Platform;

    internal DemoUser LiLei => Platform.Users[0];

    internal DemoUser HanMeimei => Platform.Users[1];

    internal DemoUser Ava => Platform.Users[2];

    private protected virtual SandboxOptions Options { get; } = new() { RedirectUris = ["https://bot.example.com/oauth/callback"] };

    public virtual async ValueTask InitializeAsync() => Sandbox = await SandboxHost.StartAsync(Options, 0, Clock);

    public virtual async ValueTask DisposeAsync()
    {
        await Sandbox.DisposeAsync();
        _http.Dispose();
        GC.SuppressFinalize(this);
    }

    internal async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, string? bearer = null, string? basic = null, string? cookie = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Sandbox.Url, path)) { Content = content };
        request.Headers.Authorization = bearer is not null ? new("Bearer", bearer) : basic is not null ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(basic))) : null;
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        return await _http.SendAsync(request);
    }

    internal async Task<Reply> CallAsync(HttpMethod method, string path, JsonNode? body = null, string? bearer = null) =>
        await ReadAsync(await SendAsync(method, path, body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"), bearer));

    internal Task<Reply> PostAsync(string path, JsonNode? body = null, string? bearer = null) => CallAsync(HttpMethod.Post, path, body ?? new JsonObject(), bearer);

    internal async Task<Reply> PostFormAsync(string path, Dictionary<string, string> form, string? basic = null) =>
        await ReadAsync(await SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(form), basic: basic));

    internal async Task<string> TenantTokenAsync()
    {
        var reply = await PostAsync("/open-apis/auth/v3/tenant_access_token/internal", new JsonObject { ["app_id"] = Options.AppId, ["app_secret"] = Options.AppSecret });
        return reply.Body["tenant_access_token"]!.ToString();
    }

    /// <summary>The token endpoint with the app's own credentials.</summary>
    internal Task<Reply> TokenAsync(string grantType, params (string Name, string Value)[] fields)
    {
        var body = new JsonObject { ["grant_type"] = grantType, ["client_id"] = Options.AppId, ["client_secret"] = Options.AppSecret };
        foreach (var (name, value) in fields)
        {
            body[name] = value;
        }

        return PostAsync("/open-apis/authen/v2/oauth/token", body);
    }

    private static async Task<Reply> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return new((int)answer.StatusCode, answer, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject());
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace LarkService.UnitTests.Support;

/// <summary>The open platform, address by address: what it answers is scripted, what it was asked is remembered.</summary>
internal sealed class OpenPlatform : HttpMessageHandler, IHttpClientFactory
{
    public const string Token = "/open-apis/authen/v2/oauth/token";
    public const string UserInfo = "/open-apis/authen/v1/user_info";
    public const string Device = "/oauth/v1/device_authorization";
    public const string Revoke = "/oauth/v1/revoke";
    public const string Messages = "/open-apis/im/v1/messages";
    public const string OnlyVisible = "/open-apis/ephemeral/v1/send";

    private readonly Dictionary<string, Func<Call, CancellationToken, Task<HttpResponseMessage>>> _answers = new(StringComparer.Ordinal);
    private readonly List<Call> _calls = [];
    private readonly Lock _gate = new();

    public OpenPlatform()
    {
        Answer("/open-apis/auth/v3/tenant_access_token/internal", 200, """{"code":0,"tenant_access_token":"t-1","expire":7200}""");
        Answer(Messages, 200, """{"code":0,"data":{"message_id":"om_1","chat_id":"oc_1"}}""");
        Answer(OnlyVisible, 200, """{"code":0,"data":{"message_id":"om_only"}}""");
        Answer("/open-apis/ephemeral/v1/delete", 200, """{"code":0}""");
        Answer(Revoke, 200, "{}");
        Answer(UserInfo, Recorded("oauth-user-info"));
    }

    /// <summary>Every call but those for the app's own token.</summary>
    public IReadOnlyList<Call> Calls
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls.Where(c => !c.Url.AbsolutePath.Contains("tenant_access_token", StringComparison.Ordinal))];
            }
        }
    }

    /// <summary>The calls of one address, and of what lies below it.</summary>
    public IReadOnlyList<Call> To(string path) => [.. Calls.Where(c => IsBelow(c.Url.AbsolutePath, path))];

    public void Answer(string path, int status, string body) => Answer(path, (status, body));

    /// <summary>One after the other; the last stays.</summary>
    public void Answer(string path, params (int Status, string Body)[] script)
    {
        var next = -1;
        When(path, (_, _) =>
        {
            var (status, body) = script[Math.Min(Interlocked.Increment(ref next), script.Length - 1)];
            return Task.FromResult(Response(status, body));
        });
    }

    public void Breaks(string path) => When(path, (_, _) => throw new HttpRequestException("The connection broke."));

    public void When(string path, Func<Call, CancellationToken, Task<HttpResponseMessage>> answer)
    {
        lock (_gate)
        {
            _answers[path] = answer;
        }
    }

    public static HttpResponseMessage Response(int status, string body) =>
        new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    /// <summary>The answer of a fixture.</summary>
    public static (int Status, string Body) Recorded(string fixture) => Answered(Fixture.Json(fixture).GetProperty("response"));

    /// <summary>The one answer of a fixture of many that holds this text.</summary>
    public static (int Status, string Body) Recorded(string fixture, string holding) =>
        Answered(Fixture.Json(fixture).GetProperty("responses").EnumerateArray().Single(r => r.GetRawText().Contains(holding, StringComparison.Ordinal)));

    /// <summary>An answer of the token endpoint.</summary>
    public static (int Status, string Body) Tokens(string access, string? refresh, string scope = "auth:user.id:read offline_access", int seconds = 7200) => (200, JsonSerializer.Serialize(
        new { code = 0, access_token = access, expires_in = seconds, refresh_token = refresh, refresh_token_expires_in = refresh is null ? (int?)null : 604800, scope, token_type = "Bearer" }));

    public static (int Status, string Body) Refusal(int code, int status = 400) => (status, $$"""{"code":{{code}},"error":"some_error","error_description":"No."}""");

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var call = new Call(request.Method, request.RequestUri!, request.Headers.Authorization?.ToString(), request.Content?.Headers.ContentType?.MediaType, body)
        {
            Prefer = request.Headers.TryGetValues("Prefer", out var prefer) ? string.Join(", ", prefer) : null,
        };
        Func<Call, CancellationToken, Task<HttpResponseMessage>> answer;
        lock (_gate)
        {
            _calls.Add(call);
            answer = _answers.Where(a => IsBelow(call.Url.AbsolutePath, a.Key)).OrderByDescending(a => a.Key.Length).Select(a => a.Value).FirstOrDefault()
                ?? throw new InvalidOperationException($"No answer for {call.Url}.");
        }

        return await answer(call, cancellationToken);
    }

    private static bool IsBelow(string path, string root) => path == root || path.StartsWith(root + "/", StringComparison.Ordinal);

    private static (int Status, string Body) Answered(JsonElement response) => (response.GetProperty("status").GetInt32(), response.GetProperty("body").GetRawText());

    internal sealed record Call(HttpMethod Method, Uri Url, string? Authorization, string? ContentType, string Body)
    {
        public string? Prefer { get; init; }

        public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

        public Dictionary<string, string> Form => QueryHelpers.ParseQuery(Body).ToDictionary(f => f.Key, f => f.Value.ToString());

        /// <summary>The card that a message call carries.</summary>
        public JsonObject Card => Json["card"]?.AsObject() ?? JsonNode.Parse((string)Json["content"]!)!.AsObject();
    }
}

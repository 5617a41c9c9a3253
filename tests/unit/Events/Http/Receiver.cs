using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LarkService.Events;
using LarkService.Events.Http;
using LarkService.UnitTests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LarkService.UnitTests.Events.Http;

/// <summary>The receiver as the service composes it, without a server: requests are objects, and the platform's side is done by hand.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    public const string Key = "test key";
    public const string Token = "FAKE-VERIFICATION-TOKEN";
    private readonly ServiceProvider _problems = new ServiceCollection().AddLogging().AddProblemDetails().BuildServiceProvider();
    private int _nonce;

    public Receiver(string? key = Key, string? token = Token, Action<EventsBuilder>? handlers = null, Action<IServiceCollection>? more = null) =>
        Events = new RunningEvents(handlers, more: s =>
        {
            s.AddSingleton(Some.HttpApps(key, token));
            more?.Invoke(s);
        });

    public RunningEvents Events { get; }

    public ManualTime Clock => Events.Clock;

    public HttpPushes Pushes => Events.Get<HttpPushes>();

    public double Counted(string outcome, string app = Some.AppId) => Events.Meters.Sum("lark_service.http.callbacks", ("outcome", outcome), ("app_id", app));

    public IReadOnlyCollection<string> Logged => ((ListLogger<HttpPushes>)Events.Get<ILogger<HttpPushes>>()).Lines;

    /// <summary>As the platform pushes when there is an Encrypt Key.</summary>
    public SentPush Signed(string json, string? key = null, DateTimeOffset? at = null, string? nonce = null)
    {
        var body = Encoding.UTF8.GetBytes(Encrypted(json, key ?? Key));
        return Sign(body, key ?? Key, (at ?? Clock.GetUtcNow()).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), nonce ?? $"nonce-{++_nonce}");
    }

    public static SentPush Sign(byte[] body, string key, string timestamp, string nonce) => new(body)
    {
        Headers =
        {
            ["X-Lark-Request-Timestamp"] = timestamp,
            ["X-Lark-Request-Nonce"] = nonce,
            ["X-Lark-Signature"] = Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(timestamp + nonce + key), .. body])),
        },
    };

    public static SentPush Plain(string json) => new(Encoding.UTF8.GetBytes(json));

    public static string Encrypted(string json, string key)
    {
        using var aes = Aes.Create();
        aes.Key = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        aes.GenerateIV();
        return JsonSerializer.Serialize(new { encrypt = Convert.ToBase64String([.. aes.IV, .. aes.EncryptCbc(Encoding.UTF8.GetBytes(json), aes.IV)]) });
    }

    /// <summary>An event in the present envelope.</summary>
    public static string Event(string id, string type = UnitTests.Events.Pushes.Type, string token = Token, string app = Some.AppId, string tenant = "t", object? body = null) =>
        JsonSerializer.Serialize(new { schema = "2.0", header = new { event_id = id, event_type = type, create_time = "1760000000123", token, app_id = app, tenant_key = tenant }, @event = body ?? new { } });

    public async Task<PushReply> SendAsync(SentPush push, string app = Some.AppId)
    {
        using var answer = new MemoryStream();
        var completed = new Completion { Body = answer };
        var http = new DefaultHttpContext { RequestServices = _problems };
        http.Features.Set<IHttpResponseFeature>(completed);
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answer));
        http.Request.Method = "POST";
        http.Request.Body = push.Stream ?? new MemoryStream(push.Body);
        http.Request.ContentType = push.ContentType;
        http.Request.ContentLength = push.Length ?? (push.Stream is null ? push.Body.Length : null);
        foreach (var (name, value) in push.Headers)
        {
            http.Request.Headers[name] = value;
        }

        var result = await Pushes.TakeAsync(app, http).Soon();
        await result.ExecuteAsync(http);
        return new(http.Response.StatusCode, http.Response.ContentType, Encoding.UTF8.GetString(answer.ToArray()), completed.FireAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await Events.DisposeAsync();
        await _problems.DisposeAsync();
    }

    private sealed class Completion : HttpResponseFeature
    {
        private readonly List<Func<Task>> _callbacks = [];

        public override void OnCompleted(Func<object, Task> callback, object state) => _callbacks.Add(() => callback(state));

        public async Task FireAsync()
        {
            foreach (var callback in _callbacks)
            {
                await callback();
            }
        }
    }
}

/// <summary>A request as it is sent.</summary>
internal sealed record SentPush(byte[] Body)
{
    public Dictionary<string, string> Headers { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    public string? ContentType { get; init; } = "application/json; charset=utf-8";

    public long? Length { get; init; }

    public Stream? Stream { get; init; }

    public SentPush With(string header, string? value)
    {
        var headers = new Dictionary<string, string>(Headers, StringComparer.OrdinalIgnoreCase);
        headers.Remove(header);
        if (value is not null)
        {
            headers[header] = value;
        }

        return this with { Headers = headers };
    }
}

/// <summary>What came back.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Of the body.</param>
/// <param name="Text">The body.</param>
/// <param name="CompleteAsync">Does what the server does when the answer is out.</param>
internal sealed record PushReply(int Status, string? ContentType, string Text, Func<Task> CompleteAsync)
{
    public JsonElement Json => JsonElement.Parse(Text);

    public string? Type => Json.GetProperty("type").GetString();
}

using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;
using LarkSandbox.Wire;

namespace LarkSandbox.HttpPush;

/// <summary>
/// The other way of subscribing: the platform calls the app. While an address is set, events and callbacks go there instead of
/// to the long connection. An answer counts when it is HTTP 200 and in time.
/// </summary>
internal sealed class HttpPushes(SandboxOptions options, IssuedSecrets secrets, WireLog wire, ChangeSignal changes, TimeProvider clock) : IDisposable
{
    private const int MostAnswerBytes = 64 * 1024;

    /// <summary>The console gives up on an address that does not answer its check within a second.</summary>
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = MostAnswerBytes,
    };

    private CallbackAddress? _address;
    private int _pushed;

    /// <summary>Null: the long connection.</summary>
    public CallbackAddress? Address => Volatile.Read(ref _address);

    /// <summary>Pushes tried over HTTP.</summary>
    public int Pushed => Volatile.Read(ref _pushed);

    /// <summary>Saves the address as the console does: only when it answers the check.</summary>
    /// <returns>Null when it was saved, else what the console says.</returns>
    public async Task<string?> UseAsync(Uri url, string? encryptKey, CancellationToken ct)
    {
        if (encryptKey is not null)
        {
            secrets.Add(encryptKey);
        }

        var challenge = Guid.NewGuid().ToString();
        var check = new JsonObject { ["challenge"] = challenge, ["token"] = options.VerificationToken, ["type"] = "url_verification" };
        var result = await SendAsync(url, SealedPush.Unsigned(Encoding.UTF8.GetBytes(Json.Write(check)), encryptKey), CheckLimit, ct);
        if (result is not PushResult.Answered { Code: 200, Data: { } data } || Json.Parse(data).Text("challenge") != challenge)
        {
            return "The request URL did not answer the challenge.";
        }

        Volatile.Write(ref _address, new(url, encryptKey));
        return null;
    }

    /// <summary>Back to the long connection.</summary>
    public void Leave() => Volatile.Write(ref _address, null);

    public async Task<PushResult> PushAsync(CallbackAddress address, ReadOnlyMemory<byte> payload, string kind, string title, CancellationToken ct)
    {
        Interlocked.Increment(ref _pushed);
        wire.Counters.Add(kind);
        var started = clock.GetTimestamp();
        var sealedPush = SealedPush.Of(payload.Span, address.EncryptKey, clock.GetUtcNow());
        var result = await SendAsync(address.Url, sealedPush, options.AckDeadline, ct);
        Report(kind, title, payload, sealedPush, result, clock.GetElapsedTime(started));
        changes.Notify();
        return result;
    }

    public void Dispose() => _http.Dispose();

    private async Task<PushResult> SendAsync(Uri url, SealedPush push, TimeSpan within, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(within, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(push.Body) };
        request.Content.Headers.ContentType = new("application/json") { CharSet = "utf-8" };
        foreach (var (name, value) in push.Headers)
        {
            request.Headers.Add(name, value);
        }

        try
        {
            using var answer = await _http.SendAsync(request, either.Token);
            return new PushResult.Answered((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(either.Token));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new PushResult.TimedOut();
        }
        catch (HttpRequestException)
        {
            return new PushResult.Unreachable();
        }
    }

    private void Report(string kind, string title, ReadOnlyMemory<byte> payload, SealedPush push, PushResult result, TimeSpan took) => wire.Add(() => new WireEntry
    {
        Channel = "http",
        Direction = "to-service",
        Kind = kind,
        Title = $"{title} over HTTP -> {(result is PushResult.Answered answered ? answered.Code : "no answer")}",
        Status = result is PushResult.Answered { Code: var code } ? (int)code : null,
        Bytes = push.Body.Length,
        DurationMs = (long)took.TotalMilliseconds,
        Explain = kind == "callback"
            ? "Somebody pressed a button and waits: the answer to this request is what they see, and it has three seconds."
            : "Something happened; the service must answer 200 within three seconds or it comes again.",
        Headers = [.. push.Headers.Select(IReadOnlyList<string> (h) => [h.Key, h.Value])],
        Request = Json.Parse(payload.Span),
        Response = result is PushResult.Answered { Data: { } data } ? Json.Parse(data) : null,
    });
}

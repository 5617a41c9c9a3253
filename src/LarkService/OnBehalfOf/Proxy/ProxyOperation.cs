using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;
using LarkService.Platform.Http;
using LarkService.Platform.OpenApi;
using LarkService.Platform.Registry;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>The same call, made in one piece: it waited for its user.</summary>
internal sealed class ProxyOperation(ProxySender sender, LarkApps apps, ApiRegistry apis, CallMetrics metrics, CallAudit audit, TimeProvider clock) : IOperation
{
    private const string Name = "open-api";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Kind => Name;

    public bool IsAudited => true;

    /// <param name="call">What to call.</param>
    /// <param name="gap">What the user has to agree to for it.</param>
    /// <param name="body">All of it.</param>
    /// <param name="http">Holds the headers, and who calls.</param>
    public static NewOperation Of(ProxyRequest call, ConsentGap gap, ReadOnlyMemory<byte> body, HttpContext http)
    {
        var (sent, repeats) = Deduplication.Of(call, body);
        var isText = Utf8.IsValid(sent.Span);
        var kept = new KeptCall(http.User.CallerId(), call.Method.Method, call.Path.Path + call.Path.Query, [.. call.Target.Scopes], ProxyHeaders.ToSend(http.Request.Headers))
        {
            Text = isText ? Encoding.UTF8.GetString(sent.Span) : null,
            Base64 = isText ? null : sent.ToArray(),
        };
        return new NewOperation(Name, call.User, call.Target.Scopes.Union(gap.MissingScopes), JsonSerializer.Serialize(kept, Json), repeats.AreSafe) { SafeFor = repeats.For };
    }

    public async Task<OperationAnswer> RunAsync(UserKey user, string payload, CancellationToken ct)
    {
        var call = JsonSerializer.Deserialize<KeptCall>(payload, Json)!;
        var api = apis.Find(call.Method, call.PathAndQuery);
        var app = apps.Get(user.AppId);
        var started = clock.GetTimestamp();
        var outcome = CallOutcomes.Unreachable;
        using var patience = new Patience(clock, ct);
        try
        {
            var sent = await sender.SendAsync(user, ScopeSet.Of(call.Scopes), () => call.ToRequest(app), static () => true, patience);
            if (sent is SendOutcome.RateLimited limited)
            {
                throw new PlatformException(limited.Error);
            }

            using var reply = ((SendOutcome.Answered)sent).Reply;
            outcome = reply.IsRefusal ? CallOutcomes.Refused : CallOutcomes.Ok;
            return await AnswerAsync(reply);
        }
        catch (ConsentRequiredException)
        {
            outcome = CallOutcomes.ConsentRequired;
            throw;
        }
        catch (PlatformException e)
        {
            outcome = CallOutcomes.Of(e.Error);
            throw;
        }
        finally
        {
            metrics.Called(api, outcome, clock.GetElapsedTime(started));
            audit.Note(call.Caller, user, api?.Label ?? CallMetrics.Other, outcome);
        }
    }

    private static async Task<OperationAnswer> AnswerAsync(PlatformReply reply)
    {
        var body = await reply.BodyAsync(OperationRun.MostAnswerBytes)
            ?? throw new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded, "The call was made, but its answer is too large to be kept.");
        return new OperationAnswer(reply.Status, reply.ContentType, body) { Headers = reply.HeadersToKeep() };
    }

    /// <summary>The call as it is stored. It holds no credentials: those of the caller were taken off, and the user's are put in when it runs.</summary>
    private sealed record KeptCall(string Caller, string Method, string PathAndQuery, string[] Scopes, List<KeyValuePair<string, string>> Headers)
    {
        public string? Text { get; init; }

        public byte[]? Base64 { get; init; }

        public HttpRequestMessage ToRequest(LarkApp app)
        {
            var body = Base64 ?? Encoding.UTF8.GetBytes(Text ?? "");
            var method = HttpMethod.Parse(Method);
            var request = new HttpRequestMessage(method, ProxyRequest.AddressOf(app, PathAndQuery))
            {
                Version = HttpVersion.Version11,
                Content = body.Length == 0 && method == HttpMethod.Get ? null : new ByteArrayContent(body),
            };
            ProxyHeaders.Put(Headers, request);
            return request;
        }
    }
}

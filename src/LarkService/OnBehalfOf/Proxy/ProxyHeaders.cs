using System.Buffers;
using System.Collections.Frozen;
using System.Net.Http.Headers;
using LarkService.OnBehalfOf.Operations;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>
/// Which headers travel. To the platform go what the caller says of the body and of the answer it wants; neither credentials, nor
/// anything about the way up to here. Back come the platform's own, but for what would speak to browsers in our name.
/// </summary>
internal static class ProxyHeaders
{
    // RFC 9110 §7.6.1; a connection is with us only.
    private static readonly string[] HopByHop =
    [
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Authentication-Info", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings",
    ];

    private static readonly FrozenSet<string> NotSent = HopByHop.Concat(
    [
        "Host", "Content-Length", "Expect", // made anew for the platform
        "Authorization", "Cookie", "Cookie2", "X-Api-Key", "X-Access-Token", "X-User-Access-Token", "X-Tenant-Access-Token", // whose they are is not asked
        "Forwarded", "Via", "X-Real-IP", "X-Client-IP", "True-Client-IP", "X-Cluster-Client-IP", "CF-Connecting-IP", "X-Host", "X-Content-Length", // the way to us
        "X-Original-URL", "X-Rewrite-URL", "X-Original-Host", "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override", // another call than the one that was checked
        "Idempotency-Key", "Prefer", // to us; what else is preferred is sent
        "traceparent", "tracestate", "baggage", "Correlation-Context", "Request-Id", "b3",
        "Accept-Encoding", // the platform's codes have to be read, so it is asked not to compress
    ]).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> NotReturned = HopByHop.Concat(
    [
        "Set-Cookie", "Set-Cookie2", "Strict-Transport-Security", "Public-Key-Pins", "Alt-Svc", "Clear-Site-Data", "Server", "Date", "Via",
    ]).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, 0x20).Where(c => c != '\t').Append(0x7f).Select(c => (char)c)]);

    /// <summary>What of the caller's request goes to the platform.</summary>
    public static List<KeyValuePair<string, string>> ToSend(IHeaderDictionary headers)
    {
        var sent = new List<KeyValuePair<string, string>>(headers.Count);
        var named = Named(headers.Connection);
        foreach (var (name, values) in headers)
        {
            if (!NotSent.Contains(name) && !IsOurs(name) && named?.Contains(name) != true)
            {
                AddAll(sent, name, values);
            }
        }

        if (Preferences.OfOthers(headers) is { Length: > 0 } others)
        {
            sent.Add(new("Prefer", others));
        }

        return sent;
    }

    /// <summary>Puts them on a request whose content is there already.</summary>
    public static void Put(IEnumerable<KeyValuePair<string, string>> sent, HttpRequestMessage request)
    {
        foreach (var (name, value) in sent)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    /// <summary>Puts the platform's on the answer to the caller.</summary>
    public static void Return(HttpResponseMessage from, HttpResponse to)
    {
        from.Headers.NonValidated.TryGetValues("Connection", out var connection);
        var named = Named(connection.ToString());
        Return(from.Headers.NonValidated, named, to.Headers);
        Return(from.Content.Headers.NonValidated, named, to.Headers);
    }

    /// <summary>The same for an answer that is kept: one value for each name.</summary>
    public static Dictionary<string, string> ToKeep(HttpResponseMessage from)
    {
        var answer = new HeaderDictionary();
        Return(from.Headers.NonValidated, null, answer);
        Return(from.Content.Headers.NonValidated, null, answer);
        answer.Remove(HeaderNames.ContentLength);
        answer.Remove(HeaderNames.ContentType);
        return answer.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
    }

    private static void Return(HttpHeadersNonValidated from, HashSet<string>? named, IHeaderDictionary to)
    {
        foreach (var (name, values) in from)
        {
            if (NotReturned.Contains(name) || name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase) || named?.Contains(name) == true)
            {
                continue;
            }

            foreach (var value in values)
            {
                if (!value.AsSpan().ContainsAny(Controls))
                {
                    to.Append(name, value);
                }
            }
        }
    }

    private static void AddAll(List<KeyValuePair<string, string>> sent, string name, StringValues values)
    {
        foreach (var value in values)
        {
            if (value is not null)
            {
                sent.Add(new(name, value));
            }
        }
    }

    // The help desk's own password is the caller's to give; the other ones are addressed to us.
    private static bool IsOurs(string name) =>
        name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase)
        || (name.StartsWith("X-Lark-", StringComparison.OrdinalIgnoreCase) && !name.Equals("X-Lark-Helpdesk-Authorization", StringComparison.OrdinalIgnoreCase));

    private static HashSet<string>? Named(StringValues connection)
    {
        var text = connection.ToString();
        return text.Length == 0 || text.Equals("keep-alive", StringComparison.OrdinalIgnoreCase) || text.Equals("close", StringComparison.OrdinalIgnoreCase)
            ? null
            : new(text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);
    }
}

using System.Text.Json;
using LarkService.Grants.Sealing;
using LarkService.Platform;
using Microsoft.Extensions.Primitives;

namespace LarkService.OnBehalfOf.Idempotency;

/// <summary>The answer a key was first given, as it is stored: sealed.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Headers">Those that belong to the answer, not to its way here.</param>
/// <param name="Body">At most <see cref="MostBytes"/>.</param>
internal sealed record FirstAnswer(int Status, IReadOnlyDictionary<string, string[]> Headers, byte[] Body)
{
    public const int MostBytes = 1024 * 1024;
    public const string ReplayedHeader = "Idempotency-Replayed";

    private static readonly HashSet<string> OfThisTimeOnly = new(StringComparer.OrdinalIgnoreCase)
    {
        "Date", "Server", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Set-Cookie", "Alt-Svc", "RateLimit", "RateLimit-Policy", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset",
    };

    public static FirstAnswer Of(HttpResponse response, byte[] body) => new(
        response.StatusCode,
        response.Headers.Where(h => !OfThisTimeOnly.Contains(h.Key)).ToDictionary(h => h.Key, h => h.Value.OfType<string>().ToArray(), StringComparer.OrdinalIgnoreCase),
        body);

    public string Seal(TokenSeal seal, string callerId, string id) => seal.Seal(new Secret(JsonSerializer.Serialize(this)), OwnerOf(callerId), SealPurpose.FirstAnswer(id));

    /// <exception cref="SealException">It was changed, or its key is not configured.</exception>
    public static FirstAnswer Open(TokenSeal seal, KeyedRequest request) =>
        JsonSerializer.Deserialize<FirstAnswer>(seal.Open(request.SealedAnswer!, OwnerOf(request.CallerId), SealPurpose.FirstAnswer(request.Id)).Reveal())!;

    public async Task ReplayAsync(HttpContext http)
    {
        http.Response.StatusCode = Status;
        foreach (var (name, values) in Headers)
        {
            http.Response.Headers[name] = new StringValues(values);
        }

        http.Response.Headers[ReplayedHeader] = "true";
        if (Body.Length > 0)
        {
            http.Response.ContentLength = Body.Length;
            await http.Response.Body.WriteAsync(Body, http.RequestAborted);
        }
    }

    /// <summary>There is no user: the answer is its caller's.</summary>
    private static UserKey OwnerOf(string callerId) => new("", callerId);
}

using System.Security.Cryptography;
using System.Text;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf.Idempotency;

/// <summary>A request with an <c>Idempotency-Key</c>: which it is, whether it may have one, and what must be the same when the key comes again.</summary>
internal sealed record KeyedHttp(string Id, string CallerId, string Fingerprint)
{
    public const string Header = "Idempotency-Key";
    public const int MostBytes = 1024 * 1024;
    private const int LongestKey = 255;
    private const string Streaming = "text/event-stream";
    private static readonly string[] Methods = [HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch];
    private static readonly string[] AlsoTheSame = [CallTarget.OpenIdHeader, CallTarget.AppIdHeader, CallTarget.ScopesHeader];

    /// <summary>Routes for known callers that change something; what else comes with a key is let through as if it had none.</summary>
    public static bool Applies(HttpContext http) =>
        http.Request.Headers.ContainsKey(Header)
        && Methods.Contains(http.Request.Method, StringComparer.OrdinalIgnoreCase)
        && http.Request.Path.StartsWithSegments("/api/v1", StringComparison.OrdinalIgnoreCase)
        && http.GetEndpoint() is not null
        && http.User.Identity?.IsAuthenticated == true;

    /// <returns>Null when all is well.</returns>
    public static ProblemHttpResult? FaultIn(HttpContext http)
    {
        var request = http.Request;
        var keys = request.Headers[Header];
        if (keys is not [{ Length: > 0 and <= LongestKey } key] || key.Any(c => c is < ' ' or > '~'))
        {
            return Problems.Validation($"{Header} is given once, with 1 to {LongestKey} printable ASCII characters: use a fresh UUID for each call, and the same one when you repeat it.");
        }

        if (http.GetEndpoint()!.Metadata.GetMetadata<NoIdempotencyKey>() is not null)
        {
            return Problems.Validation($"This route takes no {Header}: its answer holds a secret and is not kept.");
        }

        if (request.Headers.Accept.Any(a => a?.Contains(Streaming, StringComparison.OrdinalIgnoreCase) == true))
        {
            return Problems.Validation($"A stream ({Streaming}) cannot be given again: leave out {Header}, or ask for JSON.");
        }

        return request.ContentLength > MostBytes ? TooLarge() : null;
    }

    /// <summary>Reads the body and leaves it to be read again.</summary>
    /// <returns>Null when it is too large.</returns>
    public static async Task<KeyedHttp?> ReadAsync(HttpContext http, CancellationToken ct)
    {
        if (await BodyAsync(http.Request, ct) is not { } body)
        {
            return null;
        }

        var (request, caller) = (http.Request, http.User.CallerId());
        using var same = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(same, request.QueryString.Value);
        foreach (var name in AlsoTheSame)
        {
            Append(same, request.Headers[name].ToString());
        }

        same.AppendData(body.GetBuffer(), 0, (int)body.Length);
        var id = Hash(caller, request.Method.ToUpperInvariant(), request.Path.Value ?? "", request.Headers[Header].ToString());
        return new KeyedHttp(id, caller, Convert.ToHexStringLower(same.GetHashAndReset()));
    }

    public static ProblemHttpResult TooLarge() => Problems.PayloadTooLarge($"With an {Header} the body may have at most 1 MB.");

    private static async Task<MemoryStream?> BodyAsync(HttpRequest request, CancellationToken ct)
    {
        var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, ct)) > 0)
        {
            if (body.Length + read > MostBytes)
            {
                return null;
            }

            body.Write(buffer, 0, read);
        }

        body.Position = 0;
        request.Body = body;
        return body;
    }

    private static string Hash(params string[] parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Array.ForEach(parts, part => Append(hash, part));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // With its length, so that nothing can move from one part into the next.
    private static void Append(IncrementalHash hash, string? part)
    {
        var bytes = Encoding.UTF8.GetBytes(part ?? "");
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}

using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace LarkService.Platform.OpenApi;

/// <summary>
/// An answer of the open platform, read the tolerant way: by the <c>code</c> in the body, whatever the HTTP status, with
/// either spelling of the error object (<c>subject</c> or <c>scope</c>, <c>log_id</c> or <c>logid</c>).
/// </summary>
internal sealed class PlatformAnswer
{
    /// <summary>Bodies of answers to our own calls are small; a larger one is not ours to hold in memory.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private const int MaxMessageChars = 500;

    private PlatformAnswer(JsonElement body, PlatformError? error, string? logId)
    {
        Body = body;
        Error = error;
        LogId = error?.LogId ?? logId;
    }

    /// <summary>The whole body; an empty object when it was not JSON.</summary>
    public JsonElement Body { get; }

    /// <summary>Null when the call succeeded.</summary>
    public PlatformError? Error { get; }

    /// <summary>The platform's name for the call, for its support.</summary>
    public string? LogId { get; }

    public JsonElement Data => Body.TryGetProperty("data", out var data) ? data : default;

    /// <exception cref="PlatformException">The platform refused the call.</exception>
    public PlatformAnswer ThrowIfRefused() => Error is null ? this : throw new PlatformException(Error);

    public static async Task<PlatformAnswer> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await response.Content.LoadIntoBufferAsync(MaxBytes, ct);
        var bytes = await response.Content.ReadAsByteArrayAsync(ct);
        return Read((int)response.StatusCode, bytes, response.Headers);
    }

    public static PlatformAnswer Read(int status, ReadOnlyMemory<byte> bytes, HttpResponseHeaders? headers = null)
    {
        var logId = Header(headers, "x-tt-logid");
        if (!TryParse(bytes, out var body))
        {
            return new(body, new PlatformError(0, $"The answer is not JSON ({bytes.Length} bytes).", logId, status), logId);
        }

        var code = Code(body);
        return code == PlatformCodes.Ok && status < 400 ? new(body, null, logId) : new(body, ErrorFrom(code ?? 0, status, body, logId, headers), logId);
    }

    /// <summary>Success where there is no code; null where there is one that nobody can read.</summary>
    private static int? Code(JsonElement body) => body.TryGetProperty("code", out var code)
        ? code.ValueKind switch
        {
            JsonValueKind.Null => PlatformCodes.Ok,
            JsonValueKind.Number when code.TryGetInt32(out var number) => number,
            JsonValueKind.String when int.TryParse(code.GetString(), CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        }
        : PlatformCodes.Ok;

    private static bool TryParse(ReadOnlyMemory<byte> bytes, out JsonElement body)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            body = document.RootElement.Clone();
            if (body.ValueKind == JsonValueKind.Object)
            {
                return true;
            }
        }
        catch (JsonException)
        {
        }

        body = JsonSerializer.SerializeToElement(new { });
        return false;
    }

    private static PlatformError ErrorFrom(int code, int status, JsonElement body, string? logId, HttpResponseHeaders? headers)
    {
        var error = body.TryGetProperty("error", out var e) && e.ValueKind == JsonValueKind.Object ? e : default;
        var message = Text(body, "msg") ?? Text(body, "error_description") ?? Text(body, "error") ?? "";
        return new PlatformError(code, message.Length > MaxMessageChars ? message[..MaxMessageChars] : message, Text(error, "log_id") ?? Text(error, "logid") ?? logId, status)
        {
            Scopes = [.. Items(error, "permission_violations").Select(v => Text(v, "subject") ?? Text(v, "scope")).OfType<string>()],
            HelpUrl = Items(error, "helps").Select(h => Text(h, "url")).FirstOrDefault(u => u is not null),
            RetryAfter = RetryAfter(headers),
        };
    }

    private static TimeSpan? RetryAfter(HttpResponseHeaders? headers) =>
        double.TryParse(Header(headers, "x-ogw-ratelimit-reset"), CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 86400
            ? TimeSpan.FromSeconds(seconds)
            : headers?.RetryAfter?.Delta;

    private static IEnumerable<JsonElement> Items(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var array) && array.ValueKind == JsonValueKind.Array
            ? array.EnumerateArray()
            : [];

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string? Header(HttpResponseHeaders? headers, string name) =>
        headers is not null && headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}

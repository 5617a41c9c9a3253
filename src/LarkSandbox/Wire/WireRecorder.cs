using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Hosting;
using Microsoft.AspNetCore.WebUtilities;

namespace LarkSandbox.Wire;

/// <summary>Writes every HTTP call to the platform into the wire log, with at most 16 KB of each body.</summary>
internal sealed class WireRecorder(RequestDelegate next, WireLog wire, TimeProvider clock)
{
    private const int MostBody = 16 * 1024;
    private const int MostRead = 2 * 1024 * 1024;
    private const string UrlEncoded = "application/x-www-form-urlencoded";

    public async Task InvokeAsync(HttpContext http)
    {
        if (!HttpKinds.IsPlatform(http.Request.Path))
        {
            await next(http);
            return;
        }

        wire.Counters.Add("http");
        if (!wire.Recording || http.WebSockets.IsWebSocketRequest)
        {
            await next(http);
            return;
        }

        await RecordAsync(http);
    }

    private async Task RecordAsync(HttpContext http)
    {
        var started = clock.GetTimestamp();
        var request = await ReadRequestAsync(http.Request);
        var original = http.Response.Body;
        await using var answer = new WireTap(http, original);
        http.Response.Body = answer;
        try
        {
            await next(http);
        }
        finally
        {
            http.Response.Body = original;
            Describe(http, request, answer, clock.GetElapsedTime(started));
        }

        if (!IsLost(http))
        {
            await answer.ReleaseAsync(http.RequestAborted);
        }
    }

    private static bool IsLost(HttpContext http) => http.Items.ContainsKey(Faults.FaultInjector.AnswerLost) || http.RequestAborted.IsCancellationRequested;

    private void Describe(HttpContext http, JsonNode? request, WireTap answer, TimeSpan took)
    {
        var path = http.Request.Path.Value!;
        var page = HttpKinds.IsPage(http.Request.Path);
        var (kind, explain) = HttpKinds.Of(path);
        var status = IsLost(http) ? (int?)null : http.Response.StatusCode;
        var bytes = answer.Written;
        var response = page ? null : bytes > MostBody ? NotShown(bytes) : ReadBody(answer.Head, http.Response.ContentType);
        wire.Add(() => new WireEntry
        {
            Channel = "http",
            Direction = page ? "browser" : "to-platform",
            Kind = kind == "message" && (http.Request.Method == HttpMethods.Patch || request.Text("msg_type") == "interactive") ? "card" : kind,
            Title = string.Create(CultureInfo.InvariantCulture, $"{http.Request.Method} {path} -> {(status is { } code ? code : "no answer")}{CodeOf(response)}"),
            Status = status,
            Bytes = bytes,
            DurationMs = (long)took.TotalMilliseconds,
            Explain = explain,
            Request = request,
            Response = response,
        });
    }

    private static string CodeOf(JsonNode? response) =>
        response is JsonObject body && body["code"] is JsonValue code && code.ToString() is not "0" and var text ? $" ({text})" : "";

    private static async Task<JsonNode?> ReadRequestAsync(HttpRequest request)
    {
        if (HttpKinds.IsPage(request.Path) || request.ContentLength is 0 or null && request.Headers.TransferEncoding.Count == 0)
        {
            return null;
        }

        // Uploads are left to whoever reads them: they are neither held in memory nor shown.
        if (request.HasFormContentType && !request.ContentType!.StartsWith(UrlEncoded, StringComparison.OrdinalIgnoreCase) || request.ContentLength > MostRead)
        {
            return NotShown(request.ContentLength);
        }

        request.EnableBuffering();
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        request.Body.Position = 0;
        return ReadBody(body.GetBuffer().AsSpan(0, (int)body.Length), request.ContentType);
    }

    private static bool IsText(string? contentType) =>
        contentType is null || contentType.Contains("json", StringComparison.OrdinalIgnoreCase) || contentType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        || contentType.StartsWith(UrlEncoded, StringComparison.OrdinalIgnoreCase);

    private static JsonNode? NotShown(long? bytes) =>
        JsonValue.Create(string.Create(CultureInfo.InvariantCulture, $"({(bytes is { } known ? $"{known} bytes" : "a stream")}, not shown)"));

    private static JsonNode? ReadBody(ReadOnlySpan<byte> body, string? contentType)
    {
        if (body.IsEmpty)
        {
            return null;
        }

        if (body.Length > MostBody || !IsText(contentType))
        {
            return NotShown(body.Length);
        }

        if (body[0] != '{' && contentType?.StartsWith(UrlEncoded, StringComparison.OrdinalIgnoreCase) == true)
        {
            var form = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body));
            return new JsonObject(form.Select(f => KeyValuePair.Create(f.Key, (JsonNode?)f.Value.ToString())));
        }

        return Json.Parse(body) ?? JsonValue.Create(Encoding.UTF8.GetString(body));
    }
}

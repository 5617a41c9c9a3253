using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>Writes Server-Sent Events, each at once.</summary>
internal sealed class EventStream(HttpResponse response)
{
    public const string ContentType = "text/event-stream";

    /// <summary>Whoever was cut off comes back after a second.</summary>
    private const string Retry = "retry: 1000\n";

    /// <param name="id">From where to go on for somebody who is cut off before the first event.</param>
    /// <param name="ct">The caller left.</param>
    public Task BeginAsync(string id, CancellationToken ct)
    {
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // a proxy in between must not keep words back
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        return WriteAsync($"{Retry}id: {id}\n\n", ct);
    }

    public Task SendAsync(string name, object data, string id, CancellationToken ct) =>
        WriteAsync($"event: {name}\nid: {id}\ndata: {JsonSerializer.Serialize(data, data.GetType(), JsonSerializerOptions.Web)}\n\n", ct);

    /// <summary>A comment, which readers skip.</summary>
    public Task BeatAsync(CancellationToken ct) => WriteAsync(": still at it\n\n", ct);

    private async Task WriteAsync(string text, CancellationToken ct)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
        await response.Body.FlushAsync(ct);
    }
}

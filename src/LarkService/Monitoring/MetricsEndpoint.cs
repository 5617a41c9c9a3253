using LarkService.Monitoring.Metrics;
using LarkService.Platform.Http;

namespace LarkService.Monitoring;

/// <summary><c>GET /metrics</c>: the page that Prometheus reads. Public, like the health endpoints; it names no person.</summary>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static void MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapGet(Path, ServeAsync).WithMetadata(new Marker()).WithoutRateLimit().DisableHttpMetrics().ExcludeFromDescription();

    private static async Task ServeAsync(HttpContext http, MetricsExposition exposition)
    {
        if (await exposition.CollectAsync(http.RequestAborted) is not { } page)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        http.Response.ContentType = ContentType;
        http.Response.ContentLength = page.Length;
        await http.Response.BodyWriter.WriteAsync(page, http.RequestAborted);
    }

    /// <summary>Tells this endpoint from the others.</summary>
    internal sealed class Marker;
}

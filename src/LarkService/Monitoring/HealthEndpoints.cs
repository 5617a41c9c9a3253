using System.Collections.Concurrent;
using System.Text.Json;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LarkService.Monitoring;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: 200 when it can do its work, else 503. <c>/health</c>: every
/// component with its status, since when, and a detail in plain words.
/// </summary>
internal static class HealthEndpoints
{
    /// <summary>Tag of the checks that readiness asks for.</summary>
    public const string Ready = "ready";

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).WithoutRateLimit();
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready) }).WithoutRateLimit();
        var since = new SinceWhen(routes.ServiceProvider.GetRequiredService<TimeProvider>());
        routes.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = (http, report) => WriteAsync(http, report, since) }).WithoutRateLimit();
    }

    private static Task WriteAsync(HttpContext http, HealthReport report, SinceWhen since) => http.Response.WriteAsJsonAsync(
        new
        {
            status = Word(report.Status),
            components = report.Entries.ToDictionary(
                e => e.Key,
                e => new { status = Word(e.Value.Status), since = since.Of(e.Key, e.Value.Status), detail = e.Value.Description }),
        },
        JsonSerializerOptions.Web);

    private static string Word(HealthStatus status) => status.ToString().ToLowerInvariant();

    /// <summary>Remembers when each component was first seen in its present status.</summary>
    private sealed class SinceWhen(TimeProvider clock)
    {
        private readonly ConcurrentDictionary<string, (HealthStatus Status, DateTimeOffset Since)> _seen = new(StringComparer.Ordinal);

        public DateTimeOffset Of(string component, HealthStatus status) => _seen.AddOrUpdate(
            component, _ => (status, clock.GetUtcNow()), (_, was) => was.Status == status ? was : (status, clock.GetUtcNow())).Since;
    }
}

using LarkService.Platform;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LarkService.Events.Http;

/// <summary>Says which apps receive over HTTP. Always healthy: whether the platform reaches the address is only seen from there.</summary>
internal sealed class HttpPushHealth(LarkApps apps) : IHealthCheck
{
    public const string Name = "http_callbacks";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var receiving = string.Join(", ", apps.All.Where(app => app.ReceivesOverHttp).Select(app => app.AppId));
        return Task.FromResult(HealthCheckResult.Healthy(receiving.Length == 0 ? "not configured" : $"receives for {receiving}"));
    }
}

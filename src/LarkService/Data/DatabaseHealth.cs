using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LarkService.Data;

/// <summary>The database answers a query.</summary>
internal sealed class DatabaseHealth(Database database, TimeProvider clock) : IHealthCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await database.RunAsync(db => db.Database.ExecuteSqlRawAsync("SELECT 1", either.Token));
            return HealthCheckResult.Healthy("answers");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"does not answer ({e.GetType().Name})");
        }
    }
}

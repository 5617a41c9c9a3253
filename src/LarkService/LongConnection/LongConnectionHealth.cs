using LarkService.Platform;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace LarkService.LongConnection;

/// <summary>
/// Healthy when every app has a connection; degraded when some app has none; the registration's failure status (not ready)
/// when no connection lives at all and no app receives over HTTP instead. The description says why, in plain words.
/// </summary>
internal sealed class LongConnectionHealth(LongConnectionStatuses statuses, LarkApps apps, IOptions<LongConnectionOptions> options) : IHealthCheck
{
    public const string Name = "long_connection";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check(context.Registration.FailureStatus));

    private HealthCheckResult Check(HealthStatus failure)
    {
        if (!options.Value.Enabled)
        {
            return HealthCheckResult.Healthy("switched off");
        }

        List<ConnectionSnapshot> all = [.. statuses.All.Select(status => status.Snapshot)];
        var data = all.ToDictionary(s => $"{s.AppId}/{s.Number}", s => (object)Words(s));
        var missing = all.GroupBy(s => s.AppId).Where(app => !app.Any(IsConnected)).ToList();
        if (missing.Count == 0)
        {
            return HealthCheckResult.Healthy($"{all.Count(IsConnected)} of {all.Count} connections are open", data);
        }

        var words = string.Join("; ", missing.Select(app => $"{app.Key}: {Words(app.MinBy(s => s.Number)!)}"));
        return new HealthCheckResult(all.Any(IsConnected) || apps.All.Any(app => app.ReceivesOverHttp) ? HealthStatus.Degraded : failure, words, data: data);
    }

    private static bool IsConnected(ConnectionSnapshot s) => s.Phase is ConnectionPhase.Connected;

    private static string Words(ConnectionSnapshot s) => s.Reason ?? s.Phase switch
    {
        ConnectionPhase.Connected => "open",
        ConnectionPhase.Stopped => "stopped",
        _ => "connecting",
    };
}

using LarkService.Platform;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace LarkService.LongConnection;

/// <summary>
/// Healthy when every app has a connection and none has been given up on; degraded when some app has none, or one is
/// degraded; the registration's failure status (not ready) when no connection lives at all and no app receives over HTTP
/// instead, also when the long connection is switched off. One that stands by beside a living one is no fault. The description
/// says why, in plain words, and what the platform asks of clients.
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
            return apps.All.Any(app => app.ReceivesOverHttp)
                ? HealthCheckResult.Healthy("switched off")
                : new HealthCheckResult(failure, "Switched off, and no app receives over HTTP: nothing can come in. Set LongConnection__Enabled=true, or an app's EncryptKey and VerificationToken");
        }

        List<ConnectionSnapshot> all = [.. statuses.All.Select(status => status.Snapshot)];
        var data = all.ToDictionary(s => $"{s.AppId}/{s.Number}", s => (object)Words(s));
        var byApp = all.GroupBy(s => s.AppId).ToList();
        List<string> troubles = [.. byApp.Where(app => !app.Any(s => s.IsConnected)).Select(app => $"{app.Key}: {Words(app.MinBy(s => s.Number)!)}")];
        troubles.AddRange(byApp.Where(app => app.Any(s => s.IsConnected)).SelectMany(app => app.Where(s => s.Phase is ConnectionPhase.Degraded)).Select(s => $"{s.AppId}/{s.Number}: {Words(s)}"));
        var open = all.Count(s => s.IsConnected);
        return troubles.Count == 0
            ? HealthCheckResult.Healthy($"{open} of {all.Count} connections are open; {string.Join("; ", byApp.Select(Details))}", data)
            : new HealthCheckResult(open > 0 || apps.All.Any(app => app.ReceivesOverHttp) ? HealthStatus.Degraded : failure, string.Join("; ", troubles), data: data);
    }

    private string Details(IGrouping<string, ConnectionSnapshot> app)
    {
        var config = app.Where(s => s.IsConnected).MaxBy(s => s.LastPong)?.Config ?? new ClientConfig();
        var waiting = app.Where(s => s.Phase is ConnectionPhase.StandingBy).Select(s => $"; {s.AppId}/{s.Number}: {Words(s)}");
        return $"{app.Key}: heartbeat every {config.Heartbeat(options.Value.HeartbeatInterval).TotalSeconds} s, the platform asks for {config}{string.Concat(waiting)}";
    }

    private static string Words(ConnectionSnapshot s) => s.Reason ?? s.Phase.Word;
}

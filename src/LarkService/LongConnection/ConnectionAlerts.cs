using LarkService.Platform;

namespace LarkService.LongConnection;

/// <summary>Looks at the connections of each app every few seconds, and tells the operators what they should know. No connection waits for it.</summary>
internal sealed class ConnectionAlerts(LongConnectionStatuses statuses, LarkApps apps, IOperatorAlerts alerts, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        List<(string AppId, AppIncident Incident)> all = [.. apps.All.Select(app => (app.AppId, new AppIncident(app.AppId, clock)))];
        while (statuses.All.Count > 0)
        {
            foreach (var (appId, incident) in all)
            {
                foreach (var alert in incident.Look([.. statuses.Of(appId).Select(status => status.Snapshot)]))
                {
                    alerts.Tell(alert);
                }
            }

            await Task.Delay(Look, clock, stoppingToken);
        }
    }
}

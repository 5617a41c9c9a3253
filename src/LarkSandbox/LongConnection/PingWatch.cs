using LarkSandbox.Hosting;

namespace LarkSandbox.LongConnection;

/// <summary>Hangs up on clients that sent no ping for three intervals.</summary>
internal sealed class PingWatch(SandboxOptions options, Connections connections, TimeProvider clock) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var look = TimeSpan.FromSeconds(Math.Clamp(options.PingInterval.TotalSeconds / 4, 0.05, 5));
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var connection in connections.Open)
            {
                if (clock.GetUtcNow() - (connection.LastPingAt ?? connection.OpenedAt) > options.PingInterval * 3 && !connection.IsSilent)
                {
                    connections.Remove(connection, "No ping for three intervals: the platform hung up.");
                    connection.Abort();
                }
            }

            await Task.Delay(look, clock, stoppingToken);
        }
    }
}

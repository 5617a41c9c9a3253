using LarkService.Platform;

namespace LarkService.LongConnection;

/// <summary>
/// Runs the supervisors. They start when everything else has started, so that what arrives finds its handlers, and have
/// finished what is in hand before anything else stops.
/// </summary>
internal sealed class LongConnectionLoop(LongConnectionStatuses statuses, LarkApps apps, IServiceProvider services) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _running = Task.WhenAll(statuses.All.Select(RunAsync));
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(ConnectionStatus status)
    {
        using var supervisor = ActivatorUtilities.CreateInstance<ConnectionSupervisor>(services, apps.Get(status.AppId), status);
        await Task.Run(() => supervisor.RunAsync(_stopping.Token));
    }
}

namespace LarkService.Monitoring.Metrics;

/// <summary>
/// Begins the collection. It is registered before every other hosted service and made before them, so that what they count while
/// they are made (their zeros) is collected, too.
/// </summary>
internal sealed class CollectionStart : IHostedService
{
    public CollectionStart(MetricsExposition exposition, ProcessMetrics process) => _ = (exposition, process);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

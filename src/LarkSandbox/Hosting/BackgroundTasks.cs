using System.Collections.Concurrent;

namespace LarkSandbox.Hosting;

/// <summary>Keeps every task the simulator starts beside a request, and ends them all with the host.</summary>
internal sealed partial class BackgroundTasks(IHostApplicationLifetime lifetime, ILogger<BackgroundTasks> logger) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
    private readonly ConcurrentDictionary<Task, byte> _running = new();

    public CancellationToken Stopping => _stopping.Token;

    public void Run(Func<CancellationToken, Task> work)
    {
        var task = GuardedAsync(work);
        _running.TryAdd(task, 0);
        _ = task.ContinueWith(done => _running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running.Keys);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task GuardedAsync(Func<CancellationToken, Task> work)
    {
        await Task.Yield();
        try
        {
            await work(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host is stopping: a normal end.
        }
        catch (Exception problem)
        {
            Log.Failed(logger, problem);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A background task of the simulator failed")]
        public static partial void Failed(ILogger logger, Exception problem);
    }
}

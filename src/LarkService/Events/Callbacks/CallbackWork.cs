using System.Collections.Concurrent;

namespace LarkService.Events.Callbacks;

/// <summary>What goes on after a click was answered. When the service stops it gets 10 s, then it is told to end.</summary>
internal sealed partial class CallbackWork(TimeProvider clock, ILogger<CallbackWork> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<Guid, Task> _running = new();
    private readonly CancellationTokenSource _end = new();

    /// <summary>Ends when the service has stopped and its patience is over.</summary>
    public CancellationToken End => _end.Token;

    public void Start(Func<CancellationToken, Task> work)
    {
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[id] = RunAsync(id, work, started.Task);
        started.SetResult();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var all = Task.WhenAll(_running.Values);
        await all.WaitAsync(StopLimit, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _end.CancelAsync();
        await all.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _end.Dispose();

    private async Task RunAsync(Guid id, Func<CancellationToken, Task> work, Task registered)
    {
        await registered;
        try
        {
            await work(_end.Token);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            Log.Failed(logger, e);
        }
        finally
        {
            _running.TryRemove(id, out _);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "What was to follow the answer to a click failed")]
        public static partial void Failed(ILogger logger, Exception e);
    }
}

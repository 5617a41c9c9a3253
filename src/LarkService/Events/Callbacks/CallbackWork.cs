using System.Collections.Concurrent;

namespace LarkService.Events.Callbacks;

/// <summary>
/// The handlers of clicks, and what goes on after a click was answered. Each piece of work has five minutes. When the service
/// stops it gets 10 s, then it is told to end.
/// </summary>
internal sealed partial class CallbackWork(TimeProvider clock, ILogger<CallbackWork> logger) : IHostedService, IDisposable
{
    /// <summary>With so much going on no more clicks are taken up.</summary>
    public const int Most = 1000;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<long, Task> _running = new();
    private readonly CancellationTokenSource _end = new();
    private long _lastId;
    private int _count;

    public bool IsFull => Volatile.Read(ref _count) >= Most;

    /// <summary>What follows an answer; a failure is logged.</summary>
    public void Start(Func<CancellationToken, Task> work) => _ = RunAsync(async ct =>
    {
        try
        {
            await work(ct);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            Log.Failed(logger, e);
        }

        return true;
    });

    /// <summary>Runs work away from the caller, who need not wait for it.</summary>
    /// <returns>Ends when the work does, or when its time is over.</returns>
    public Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        Interlocked.Increment(ref _count);
        var id = Interlocked.Increment(ref _lastId);
        var run = Task.Run(() => WithinLimitAsync(work));
        _running[id] = run;
        _ = run.ContinueWith(
            _ =>
            {
                _running.TryRemove(id, out var _);
                Interlocked.Decrement(ref _count);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return run;
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

    // The token is a request; work that does not listen is left behind.
    private async Task<T> WithinLimitAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _end.Token);
        return await work(either.Token).WaitAsync(limit.Token);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "What was to follow the answer to a click failed")]
        public static partial void Failed(ILogger logger, Exception e);
    }
}

using System.Collections.Concurrent;
using System.Data.Common;
using LarkService.LongConnection;
using LarkService.Platform.OpenApi;

namespace LarkService.Events.Callbacks;

/// <summary>
/// The handlers of clicks, and what goes on after a click was answered. Each piece of work has five minutes. When the service
/// stops it gets 10 s, then it is told to end.
/// </summary>
internal sealed partial class CallbackWork(TimeProvider clock, RareLog rare, ILogger<CallbackWork> logger) : IHostedService, IDisposable
{
    /// <summary>With so much going on no more clicks are taken up.</summary>
    public const int Most = 1000;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Before the next tries; the last one again and again.</summary>
    private static readonly TimeSpan[] Pauses = [.. new[] { 1, 2, 5, 10, 30 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

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

    /// <summary>
    /// What a person was told would happen: when the database or the platform is away for a moment, it is tried again until its
    /// time is over. So it must be safe to repeat.
    /// </summary>
    public async Task InsistAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await work(ct);
                return;
            }
            catch (Exception e) when (IsPassing(e) && !ct.IsCancellationRequested)
            {
                var pause = Pauses[Math.Min(attempt, Pauses.Length - 1)];
                if (rare.Allows($"follow-up:{e.GetType().Name}"))
                {
                    Log.TriedAgain(logger, pause, e);
                }

                await Task.Delay(pause, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (ct.IsCancellationRequested)
                {
                    throw;
                }
            }
        }
    }

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

    // The database's layers wrap what went wrong.
    private static bool IsPassing(Exception? e) =>
        e is DbException or TimeoutException or HttpRequestException or PlatformException { Error.IsTransient: true } || (e is not null && IsPassing(e.InnerException));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "What was to follow the answer to a click failed")]
        public static partial void Failed(ILogger logger, Exception e);

        [LoggerMessage(2, LogLevel.Warning, "What was to follow the answer to a click failed and is tried again in {Pause}. More of these are logged once an hour")]
        public static partial void TriedAgain(ILogger logger, TimeSpan pause, Exception e);
    }
}

using System.Collections.Concurrent;

namespace LarkService.Events.Inbox;

/// <summary>
/// Hands stored events to their handlers: in order within a chat or person, side by side across them, a few at a time. It is
/// woken after every commit and looks by itself now and then, for retries and for what dead replicas left.
/// </summary>
internal sealed partial class InboxLoop(InboxStore store, InboxRunner runner, InboxSignal signal, EventsMetrics metrics, TimeProvider clock, ILogger<InboxLoop> logger) : BackgroundService
{
    /// <summary>Events handled at a time by this process.</summary>
    public const int MostAtATime = 8;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Count = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Tidy = TimeSpan.FromHours(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _giveUp = new();
    private bool _tookOver;
    private DateTimeOffset _nextCount = DateTimeOffset.MinValue;
    private DateTimeOffset _nextTidy = DateTimeOffset.MinValue;

    public override void Dispose()
    {
        _giveUp.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var news = signal.Next;
            if (!await TryStartSomeAsync(stoppingToken))
            {
                await news.WaitAsync(Look, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await FinishAsync();
    }

    /// <returns>True when there may be more to start at once.</returns>
    private async Task<bool> TryStartSomeAsync(CancellationToken ct)
    {
        try
        {
            await KeepHouseAsync(ct);
            return await StartDueAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e)
        {
            Log.DatabaseTrouble(logger, e);
            await Task.Delay(Look, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }
    }

    private async Task<bool> StartDueAsync(CancellationToken ct)
    {
        var room = MostAtATime - _running.Count;
        if (room <= 0)
        {
            return false;
        }

        var due = await store.DueAsync(room, ct);
        foreach (var e in due)
        {
            if (await store.ClaimAsync(e, ct))
            {
                Start(e);
            }
        }

        return due.Count > 0;
    }

    private void Start(InboxEvent e)
    {
        var started = new TaskCompletionSource();
        _running[e.EventId] = RunAsync(e, started.Task);
        started.SetResult();
    }

    private async Task RunAsync(InboxEvent e, Task registered)
    {
        await registered;
        await Task.Yield();
        try
        {
            await runner.RunAsync(e, _giveUp.Token);
        }
        catch (Exception failure)
        {
            Log.NotWritten(logger, e.EventType, e.EventId, failure); // its lease runs out and it is handled again
        }
        finally
        {
            _running.TryRemove(e.EventId, out _);
            signal.Wake();
        }
    }

    private async Task KeepHouseAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (!_tookOver)
        {
            Log.TookOver(logger, await store.TakeOverAsync(ct));
            _tookOver = true;
        }

        if (now >= _nextCount)
        {
            _nextCount = now + Count;
            metrics.Depth(await store.CountAsync(InboxState.Received, ct));
            metrics.DeadNow(await store.CountAsync(InboxState.Dead, ct));
        }

        if (now >= _nextTidy)
        {
            _nextTidy = now + Tidy;
            await store.ForgetAsync(ct);
        }
    }

    private async Task FinishAsync()
    {
        var all = Task.WhenAll(_running.Values);
        await all.WaitAsync(StopLimit, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _giveUp.CancelAsync();
        await all;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Events wait: the database does not answer")]
        public static partial void DatabaseTrouble(ILogger logger, Exception e);

        [LoggerMessage(2, LogLevel.Error, "How handling {EventType} {EventId} ended could not be written down")]
        public static partial void NotWritten(ILogger logger, string eventType, string eventId, Exception e);

        [LoggerMessage(3, LogLevel.Debug, "{Count} events of a process that died are taken over")]
        public static partial void TookOver(ILogger logger, int count);
    }
}

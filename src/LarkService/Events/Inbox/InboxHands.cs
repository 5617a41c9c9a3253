using System.Collections.Concurrent;

namespace LarkService.Events.Inbox;

/// <summary>
/// The runs this process has in hand, a few of them at work, and the heartbeat that keeps their leases whatever their handlers
/// do.
/// </summary>
internal sealed partial class InboxHands(InboxStore store, InboxRunner runner, InboxSignal signal, TimeProvider clock, ILogger<InboxHands> logger) : IDisposable
{
    /// <summary>Runs worked on at a time; each is another chat.</summary>
    public const int MostAtATime = 32;

    /// <summary>Claimed ahead, so that claims are few and large.</summary>
    private const int Most = 64;

    private static readonly TimeSpan Beat = InboxStore.Lease / 3;
    private static readonly TimeSpan SoonerBeat = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, (InboxRun Run, Task Task)> _runs = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _atWork = new(MostAtATime, MostAtATime);
    private readonly CancellationTokenSource _giveUp = new();
    private long _lastTrouble = long.MinValue;

    /// <summary>Runs to claim now; none while half of what may be in hand is there.</summary>
    public int Room => _runs.Count > Most / 2 ? 0 : Most - _runs.Count;

    /// <summary>Timestamp of the last heartbeat that failed.</summary>
    public long LastTrouble => Interlocked.Read(ref _lastTrouble);

    public bool Holds(string key) => _runs.ContainsKey(key);

    /// <param name="events">A run, just claimed.</param>
    /// <param name="since">Timestamp of a moment before that.</param>
    public void Start(List<InboxEvent> events, long since)
    {
        var run = new InboxRun(events, since, clock);
        var started = new TaskCompletionSource();
        _runs[run.Key] = (run, RunAsync(run, started.Task));
        started.SetResult();
    }

    /// <summary>Keeps the leases until told to stop.</summary>
    public async Task BeatAsync(CancellationToken ct)
    {
        var pause = Beat;
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(pause, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await RenewAsync();
                pause = Beat;
            }
            catch (Exception e)
            {
                Log.NotRenewed(logger, e);
                pause = SoonerBeat;
                Interlocked.Exchange(ref _lastTrouble, clock.GetTimestamp());
            }
        }
    }

    /// <summary>Waits for what is at work, and gives back the rest.</summary>
    public async Task FinishAsync(TimeSpan atMost)
    {
        var all = Task.WhenAll(_runs.Values.Select(r => r.Task));
        await all.WaitAsync(atMost, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _giveUp.CancelAsync();
        await all;
    }

    public void Dispose()
    {
        _giveUp.Dispose();
        _atWork.Dispose();
    }

    private async Task RenewAsync()
    {
        var held = _runs.Values.SelectMany(r => r.Run.Held().Select(e => (r.Run, Event: e))).ToDictionary(h => h.Event.EventId, StringComparer.Ordinal);
        if (held.Count == 0)
        {
            return;
        }

        using var limit = new CancellationTokenSource(Beat, clock);
        var before = clock.GetTimestamp();
        var gone = await store.RenewAsync([.. held.Keys], limit.Token);
        foreach (var run in held.Values.Select(h => h.Run).Except(gone.Select(id => held[id].Run)))
        {
            run.Renewed(before);
        }

        foreach (var id in gone)
        {
            if (held[id].Run.Lose(held[id].Event))
            {
                Log.LeaseLost(logger, held[id].Event.EventType, id);
            }
        }
    }

    private async Task RunAsync(InboxRun run, Task registered)
    {
        await registered;
        await _atWork.WaitAsync(); // given back by every run, also when the service stops
        await Task.Yield();
        try
        {
            await runner.RunAsync(run, _giveUp.Token);
        }
        finally
        {
            _atWork.Release();
            _runs.TryRemove(run.Key, out _);
            run.Dispose();
            signal.Wake();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The lease on {EventType} {EventId} went to somebody else while it was handled")]
        public static partial void LeaseLost(ILogger logger, string eventType, string eventId);

        [LoggerMessage(2, LogLevel.Warning, "The leases on events in hand could not be renewed")]
        public static partial void NotRenewed(ILogger logger, Exception e);
    }
}

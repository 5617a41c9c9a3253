namespace LarkService.Events.Inbox;

/// <summary>
/// Hands stored events to their handlers: in order within a chat or person, side by side across them, a few at a time. It is
/// woken after every commit and looks by itself now and then, for retries, replays and what dead replicas left.
/// </summary>
internal sealed partial class InboxLoop(
    InboxClaims claims, InboxStore store, InboxHands hands, InboxSignal signal, InboxPace pace, TimeProvider clock, ILogger<InboxLoop> logger) : BackgroundService
{
    /// <summary>After trouble with the database its other users get so long to renew what they hold before it is taken from them.</summary>
    public static readonly TimeSpan Grace = InboxStore.Lease / 2;

    /// <summary>A look that takes longer is trouble.</summary>
    public static readonly TimeSpan LongLook = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MostApart = TimeSpan.FromSeconds(2);
    private bool _tookOver;
    private long _trouble;
    private DateTimeOffset _oldest = DateTimeOffset.MaxValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _trouble = clock.GetTimestamp(); // the database may have come back only now
        using var beating = new CancellationTokenSource();
        var beat = hands.BeatAsync(beating.Token);
        while (!stoppingToken.IsCancellationRequested)
        {
            await pace.YieldAsync(_oldest, stoppingToken);
            var news = signal.Next;
            if (!await TryStartSomeAsync(stoppingToken))
            {
                await news.WaitAsync(Look, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await hands.FinishAsync(StopLimit);
        await beating.CancelAsync();
        await beat;
    }

    /// <returns>True when there may be more to start at once.</returns>
    private async Task<bool> TryStartSomeAsync(CancellationToken ct)
    {
        try
        {
            if (!_tookOver)
            {
                Log.TookOver(logger, await store.TakeOverAsync(ct));
                await CompareClocksAsync(ct);
                _tookOver = true;
            }

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
            _trouble = clock.GetTimestamp();
            return false;
        }
    }

    private async Task CompareClocksAsync(CancellationToken ct)
    {
        var ahead = await store.ClockAheadAsync(ct);
        if (ahead.Duration() > MostApart)
        {
            Log.ClocksDiffer(logger, ahead.TotalSeconds);
        }
    }

    // All keys once round; news that come meanwhile cause another round.
    private async Task<bool> StartDueAsync(CancellationToken ct)
    {
        var (fromStart, started) = (claims.AtStart, 0);
        do
        {
            if (hands.Room == 0)
            {
                return false; // a run that ends is news
            }

            var before = clock.GetTimestamp();
            var runs = await claims.ClaimAsync(hands.Room, hands.Holds, IsOver(_trouble) && IsOver(hands.LastTrouble), ct);
            _trouble = clock.GetElapsedTime(before) > LongLook ? clock.GetTimestamp() : _trouble;
            _oldest = runs.Count == 0 ? DateTimeOffset.MaxValue : runs.Min(run => run[0].CreatedAt);
            foreach (var run in runs)
            {
                hands.Start(run, before);
                started++;
            }
        }
        while (!claims.AtStart);
        return started > 0 || !fromStart;
    }

    private bool IsOver(long trouble) => trouble == long.MinValue || clock.GetElapsedTime(trouble) >= Grace;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Events wait: the database does not answer")]
        public static partial void DatabaseTrouble(ILogger logger, Exception e);

        [LoggerMessage(3, LogLevel.Debug, "{Count} events of a process that died are taken over")]
        public static partial void TookOver(ILogger logger, int count);

        [LoggerMessage(4, LogLevel.Warning, "This machine's clock is {Seconds:F1} s ahead of the database's: let NTP set all of them, or events may be taken from a replica that still handles them")]
        public static partial void ClocksDiffer(ILogger logger, double seconds);
    }
}

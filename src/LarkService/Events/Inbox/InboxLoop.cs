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

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private bool _tookOver;
    private DateTimeOffset _trouble = DateTimeOffset.MinValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var beating = new CancellationTokenSource();
        var beat = hands.BeatAsync(beating.Token);
        while (!stoppingToken.IsCancellationRequested)
        {
            await pace.YieldAsync(stoppingToken);
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
            _trouble = clock.GetUtcNow();
            return false;
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
            foreach (var run in await claims.ClaimAsync(hands.Room, hands.Holds, clock.GetUtcNow() >= _trouble + Grace, ct))
            {
                hands.Start(run, before);
                started++;
            }
        }
        while (!claims.AtStart);
        return started > 0 || !fromStart;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Events wait: the database does not answer")]
        public static partial void DatabaseTrouble(ILogger logger, Exception e);

        [LoggerMessage(3, LogLevel.Debug, "{Count} events of a process that died are taken over")]
        public static partial void TookOver(ILogger logger, int count);
    }
}

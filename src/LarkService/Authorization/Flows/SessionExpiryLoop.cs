namespace LarkService.Authorization.Flows;

/// <summary>Ends sessions whose time is over, so that no card stays open that leads nowhere. The platform never tells us.</summary>
internal sealed partial class SessionExpiryLoop(
    OverdueSessions overdue, UnansweredPages pages, AuthorizationMetrics metrics, TimeProvider clock, ILogger<SessionExpiryLoop> logger)
    : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await EndSomeAsync(stoppingToken))
                {
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Trouble(logger, e);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Look, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>True when there may be more.</returns>
    internal async Task<bool> EndSomeAsync(CancellationToken ct)
    {
        var found = await overdue.FindAsync(ct);
        if (found.Count == 0)
        {
            return false;
        }

        foreach (var session in await overdue.EndAsync(found, ct))
        {
            pages.Ended(session, SessionState.Expired);
            metrics.Finished(session, SessionState.Expired, clock.GetUtcNow() - session.CreatedAt);
            Log.Expired(logger, session.SessionId, session.AppId);
        }

        return found.Count == OverdueSessions.Batch;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Expired sessions are not ended at the moment")]
        public static partial void Trouble(ILogger logger, Exception e);

        [LoggerMessage(2, LogLevel.Information, "Session {SessionId} of {AppId} has expired")]
        public static partial void Expired(ILogger logger, string sessionId, string appId);
    }
}

using LarkService.Grants.OAuth.Pacing;

namespace LarkService.Grants;

/// <summary>
/// Finds grants that were left in the midst of a refresh, by a crash or an answer that never came, and refreshes them. So what
/// became of them shows in seconds, and not to the next caller.
/// </summary>
internal sealed partial class RefreshRecoveryLoop(RefreshLeases leases, TokenRefresher refresher, TimeProvider clock, ILogger<RefreshRecoveryLoop> logger) : BackgroundService
{
    private const int AtOnce = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        HashSet<Task> inWork = [];
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                inWork.RemoveWhere(task => task.IsCompleted);
                await StartAsync(inWork, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.NotLooked(logger, e);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            // Replicas that began together shall not look together.
            await Task.Delay(Pause * (0.8 + (0.4 * Random.Shared.NextDouble())), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(inWork);
    }

    private async Task StartAsync(HashSet<Task> inWork, CancellationToken ct)
    {
        if (inWork.Count >= AtOnce)
        {
            return;
        }

        foreach (var grant in await leases.AbandonedAsync(AtOnce - inWork.Count, ct))
        {
            inWork.Add(RecoverAsync(grant, ct));
        }
    }

    private async Task RecoverAsync(UserGrant grant, CancellationToken ct)
    {
        try
        {
            Log.Recovering(logger, grant.AppId, grant.OpenId, grant.RefreshStartedAt);
            await refresher.RefreshAsync(grant.Key, grant.Version, CallPriority.Background, ct);
        }
        catch (Exception e)
        {
            if (!ct.IsCancellationRequested)
            {
                Log.NotRecovered(logger, grant.AppId, grant.OpenId, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The refresh of {AppId}/{OpenId} that began at {Begun} was never finished; trying its token again")]
        public static partial void Recovering(ILogger logger, string appId, string openId, DateTimeOffset? begun);

        [LoggerMessage(2, LogLevel.Warning, "The refresh of {AppId}/{OpenId} could not be finished; it is tried again")]
        public static partial void NotRecovered(ILogger logger, string appId, string openId, Exception e);

        [LoggerMessage(3, LogLevel.Warning, "Unfinished refreshes cannot be looked for: the database does not answer")]
        public static partial void NotLooked(ILogger logger, Exception e);
    }
}

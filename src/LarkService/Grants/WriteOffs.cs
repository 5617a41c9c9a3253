using LarkService.Data;
using LarkService.Data.Outbox;
using LarkService.Platform.OpenApi;

namespace LarkService.Grants;

/// <summary>
/// Ends grants that only their user can renew. The grant, the follow-up that asks the user and the line in the audit log are one
/// transaction, so that no crash leaves somebody unasked.
/// </summary>
internal sealed partial class WriteOffs(
    Database database, OutboxPublisher outbox, RefreshChanges changes, GrantNews news, GrantMetrics metrics, ILogger<WriteOffs> logger)
{
    /// <param name="grant">This generation; a newer one stays.</param>
    /// <param name="accessTokenIsGood">Its access token goes on serving to its end.</param>
    /// <param name="why">For people.</param>
    /// <param name="error">What the platform said.</param>
    /// <param name="ask">False for a user who is gone.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task WriteOffAsync(UserGrant grant, bool accessTokenIsGood, string why, PlatformError? error, bool ask, CancellationToken ct)
    {
        var first = grant.RefreshOutcome != RefreshResult.ReauthorizationRequired; // the end of its last access token is no more news
        var done = await database.TransactAsync(async db =>
        {
            if (!await UserGrants.UseUpAsync(db, grant, accessTokenIsGood, ct))
            {
                return false;
            }

            if (first)
            {
                await TellAsync(db, grant, accessTokenIsGood, why, error, ask, ct);
            }

            return true;
        }, ct);
        news.Changed(grant.Key);
        if (done)
        {
            outbox.Committed();
            metrics.Refreshed(grant.AppId, RefreshResult.ReauthorizationRequired);
            Log.WrittenOff(logger, grant.AppId, grant.OpenId, why, accessTokenIsGood);
        }
    }

    private Task TellAsync(LarkDbContext db, UserGrant grant, bool accessTokenIsGood, string why, PlatformError? error, bool ask, CancellationToken ct)
    {
        if (ask)
        {
            outbox.Add(db, GrantTopics.ReauthorizationRequired, $"{grant.AppId}/{grant.OpenId}", new GrantNeedsConsent(grant.AppId, grant.OpenId, why));
        }

        return changes.TellAsync(db, grant, RefreshResult.ReauthorizationRequired, accessTokenIsGood ? grant.AccessExpiresAt : null, error, why, ct);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The grant of {AppId}/{OpenId} cannot be renewed ({Why}); its access token serves to its end: {AccessTokenIsGood}")]
        public static partial void WrittenOff(ILogger logger, string appId, string openId, string why, bool accessTokenIsGood);
    }
}

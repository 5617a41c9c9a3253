using LarkService.Data;
using LarkService.Data.Audit;
using LarkService.Data.Outbox;
using LarkService.Grants.OAuth;
using LarkService.Platform;

namespace LarkService.Grants;

/// <summary>Takes grants back: tokens deleted, user told (through the outbox), platform told as far as it listens.</summary>
internal sealed partial class Revocations(
    UserGrants grants, UserTokens tokens, OAuthClient oauth, LarkApps apps, Database database, OutboxPublisher outbox, AuditLog audit, ILogger<Revocations> logger)
{
    private const int Tries = 3;

    /// <param name="user">Whose grant.</param>
    /// <param name="by"><c>user</c>, <c>api</c>, <c>platform</c>, or <c>service</c> for grants that nobody used.</param>
    /// <param name="chatId">Where the user is told; null for a direct message.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="caller">Who did it by API, for the audit log.</param>
    /// <returns>False when there is no grant to revoke.</returns>
    public async Task<bool> RevokeAsync(UserKey user, string by, string? chatId, CancellationToken ct, string? caller = null)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (await grants.FindAsync(user, ct) is not { } grant)
            {
                return false;
            }

            if (grant.Status == GrantStatus.Revoked || await TakeAsync(grant, by, chatId, caller ?? by, ct))
            {
                tokens.Forget(user);
                outbox.Committed();
                if (by != "platform")
                {
                    await TellPlatformAsync(grant, ct);
                }

                return true;
            }
        }

        throw new InvalidOperationException("The grant kept changing while it was being revoked; try again.");
    }

    private Task<bool> TakeAsync(UserGrant grant, string by, string? chatId, string actor, CancellationToken ct) => database.TransactAsync(async db =>
    {
        if (!await UserGrants.RevokeAsync(db, grant, ct))
        {
            return false;
        }

        outbox.Add(db, GrantTopics.Revoked, $"{grant.AppId}/{grant.OpenId}", new GrantRevoked(grant.AppId, grant.OpenId, by, chatId));
        await db.SaveChangesAsync(ct);
        await audit.AppendAsync(db, new AuditEntry(actor, AuditActions.Revocation, "revoked") { AppId = grant.AppId, OpenId = grant.OpenId, Detail = $"by {by}; scopes: {grant.Scopes}" }, ct);
        Log.Revoked(logger, grant.AppId, grant.OpenId, by);
        return true;
    }, ct);

    private async Task TellPlatformAsync(UserGrant grant, CancellationToken ct)
    {
        try
        {
            if (grants.RefreshToken(grant) is { } refresh)
            {
                await oauth.RevokeAsync(apps.Get(grant.AppId), refresh, "refresh_token", ct);
            }

            if (grants.AccessToken(grant) is { } access)
            {
                await oauth.RevokeAsync(apps.Get(grant.AppId), access, "access_token", ct);
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            Log.PlatformNotTold(logger, grant.AppId, e.GetType().Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The grant of {AppId}/{OpenId} was revoked by {By}")]
        public static partial void Revoked(ILogger logger, string appId, string openId, string by);

        [LoggerMessage(2, LogLevel.Information, "The platform could not be told of a revocation for {AppId} ({Reason}); the tokens are deleted here all the same")]
        public static partial void PlatformNotTold(ILogger logger, string appId, string reason);
    }
}

using LarkService.Data;
using LarkService.Data.Audit;
using LarkService.Data.Outbox;
using LarkService.Platform;

namespace LarkService.Grants;

/// <summary>Takes grants back: tokens deleted, user told (through the outbox), platform told behind.</summary>
internal sealed partial class Revocations(
    UserGrants grants, UserTokens tokens, UpstreamRevocations upstream, Database database, OutboxPublisher outbox, AuditLog audit, TimeProvider clock, ILogger<Revocations> logger)
{
    private const int Tries = 3;

    /// <param name="user">Whose grant.</param>
    /// <param name="by">See <see cref="RevokedBy"/>.</param>
    /// <param name="chatId">Where the user is told; null for a direct message.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="caller">Who did it by API, for the audit log.</param>
    /// <param name="reason">The platform's reason, for the user and the audit log.</param>
    /// <returns>False when there is no grant to revoke.</returns>
    public async Task<bool> RevokeAsync(UserKey user, string by, string? chatId, CancellationToken ct, string? caller = null, string? reason = null)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (await grants.FindAsync(user, ct) is not { } grant)
            {
                return false;
            }

            if (grant.Status == GrantStatus.Revoked || await TakeAsync(grant, new(grant.AppId, grant.OpenId, by, chatId) { At = clock.GetUtcNow(), Reason = reason }, caller ?? by, ct))
            {
                tokens.Forget(user);
                outbox.Committed();
                if (grant.Status != GrantStatus.Revoked && !RevokedBy.IsKnownUpstream(by))
                {
                    upstream.Tell(grant);
                }

                return true;
            }
        }

        throw new InvalidOperationException("The grant kept changing while it was being revoked; try again.");
    }

    private Task<bool> TakeAsync(UserGrant grant, GrantRevoked revoked, string actor, CancellationToken ct) => database.TransactAsync(async db =>
    {
        if (!await UserGrants.RevokeAsync(db, grant, ct))
        {
            return false;
        }

        outbox.Add(db, GrantTopics.Revoked, $"{grant.AppId}/{grant.OpenId}", revoked);
        await db.SaveChangesAsync(ct);
        await audit.AppendAsync(db, new AuditEntry(actor, AuditActions.Revocation, "revoked") { AppId = grant.AppId, OpenId = grant.OpenId, Detail = $"by {revoked.By}{(revoked.Reason is null ? "" : $" ({revoked.Reason})")}; scopes: {grant.Scopes}" }, ct);
        Log.Revoked(logger, grant.AppId, grant.OpenId, revoked.By);
        return true;
    }, ct);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The grant of {AppId}/{OpenId} was revoked by {By}")]
        public static partial void Revoked(ILogger logger, string appId, string openId, string by);
    }
}

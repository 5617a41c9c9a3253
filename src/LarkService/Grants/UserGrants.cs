using LarkService.Data;
using LarkService.Grants.OAuth;
using LarkService.Grants.Sealing;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Grants;

/// <summary>The stored grants. Every change names the generation it expects, so that nothing newer is ever overwritten.</summary>
internal sealed class UserGrants(Database database, TokenSeal seal, TimeProvider clock)
{
    public Task<UserGrant?> FindAsync(UserKey user, CancellationToken ct) => database.RunAsync(db =>
        db.Set<UserGrant>().AsNoTracking().SingleOrDefaultAsync(g => g.AppId == user.AppId && g.OpenId == user.OpenId, ct));

    /// <summary>Stores what a user has just agreed to, in the caller's transaction; the caller saves.</summary>
    public async Task StoreAsync(LarkDbContext db, UserKey user, TokenResponse tokens, UserInfo info, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var grant = await db.Set<UserGrant>().SingleOrDefaultAsync(g => g.AppId == user.AppId && g.OpenId == user.OpenId, ct);
        if (grant is null)
        {
            grant = new UserGrant { Id = Guid.CreateVersion7(now), AppId = user.AppId, OpenId = user.OpenId };
            db.Add(grant);
        }

        grant.UnionId = info.UnionId;
        grant.UserId = info.UserId;
        grant.Name = info.Name;
        grant.EnName = info.EnName;
        grant.AvatarUrl = info.AvatarUrl;
        grant.TenantKey = info.TenantKey;
        grant.SealedEmail = SealText(info.Email, user, SealPurpose.Email);
        grant.SealedMobile = SealText(info.Mobile, user, SealPurpose.Mobile);
        grant.Status = GrantStatus.Active;
        grant.GrantedAt = now;
        grant.Scopes = tokens.Scopes;
        grant.SealedAccessToken = seal.Seal(tokens.AccessToken, user, SealPurpose.AccessToken);
        grant.AccessIssuedAt = now;
        grant.AccessExpiresAt = now + tokens.AccessLifetime;
        grant.SealedRefreshToken = tokens.RefreshToken is null ? null : seal.Seal(tokens.RefreshToken, user, SealPurpose.RefreshToken);
        grant.RefreshExpiresAt = tokens.RefreshToken is null ? null : now + tokens.RefreshLifetime;
        grant.RefreshLeaseOwner = null;
        grant.RefreshLeaseUntil = null;
        grant.RefreshStartedAt = null;
        grant.RefreshOutcome = null;
        grant.EndAnnouncedAt = null;
        grant.LastUsedAt = now;
        grant.Version++;
    }

    /// <summary>
    /// Stores the next pair of tokens, in the caller's context: one statement. It goes over the generation that was refreshed,
    /// and over the note that this very generation was written off while its answer was on the way; over nothing else.
    /// </summary>
    /// <param name="db">The caller's context, with or without a transaction.</param>
    /// <param name="grant">The generation whose refresh token was spent.</param>
    /// <param name="tokens">What it brought.</param>
    /// <param name="receivedAt">When.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False when the grant has changed meanwhile; the new pair is then worth nothing.</returns>
    public async Task<bool> RotateAsync(LarkDbContext db, UserGrant grant, TokenResponse tokens, DateTimeOffset receivedAt, CancellationToken ct)
    {
        var access = seal.Seal(tokens.AccessToken, grant.Key, SealPurpose.AccessToken);
        var refresh = tokens.RefreshToken is null ? null : seal.Seal(tokens.RefreshToken, grant.Key, SealPurpose.RefreshToken);
        DateTimeOffset? accessExpires = receivedAt + tokens.AccessLifetime;
        DateTimeOffset? refreshExpires = refresh is null ? null : receivedAt + tokens.RefreshLifetime;
        return await db.Set<UserGrant>()
            .Where(g => g.Id == grant.Id && g.GrantedAt == grant.GrantedAt && (g.Version == grant.Version
                || (g.Version == grant.Version + 1 && g.RefreshOutcome == RefreshResult.ReauthorizationRequired
                    && g.SealedRefreshToken == null && g.Status != GrantStatus.Revoked)))
            .ExecuteUpdateAsync(u => u
                .SetProperty(g => g.Status, GrantStatus.Active)
                .SetProperty(g => g.SealedAccessToken, access)
                .SetProperty(g => g.AccessIssuedAt, receivedAt)
                .SetProperty(g => g.AccessExpiresAt, accessExpires)
                .SetProperty(g => g.SealedRefreshToken, refresh)
                .SetProperty(g => g.RefreshExpiresAt, refreshExpires)
                .SetProperty(g => g.Scopes, tokens.Scopes.Count > 0 ? tokens.Scopes : grant.Scopes)
                .SetProperty(g => g.RefreshLeaseOwner, (string?)null)
                .SetProperty(g => g.RefreshLeaseUntil, (DateTimeOffset?)null)
                .SetProperty(g => g.RefreshStartedAt, (DateTimeOffset?)null)
                .SetProperty(g => g.RefreshOutcome, RefreshResult.Of(tokens))
                .SetProperty(g => g.Version, g => g.Version + 1), ct) == 1;
    }

    /// <summary>The platform will not renew this grant: it is used up to the end of its access token, then it is over. In the caller's transaction.</summary>
    /// <returns>False when the grant has changed meanwhile.</returns>
    public static async Task<bool> UseUpAsync(LarkDbContext db, UserGrant grant, bool accessTokenIsGood, CancellationToken ct) =>
        await Generation(db, grant).ExecuteUpdateAsync(u => u
            .SetProperty(g => g.Status, accessTokenIsGood ? GrantStatus.Active : GrantStatus.ReauthorizationRequired)
            .SetProperty(g => g.SealedAccessToken, g => accessTokenIsGood ? g.SealedAccessToken : null) // as it is by now: the keys may be changed meanwhile
            .SetProperty(g => g.SealedRefreshToken, (string?)null)
            .SetProperty(g => g.RefreshLeaseOwner, (string?)null)
            .SetProperty(g => g.RefreshLeaseUntil, (DateTimeOffset?)null)
            .SetProperty(g => g.RefreshStartedAt, (DateTimeOffset?)null)
            .SetProperty(g => g.RefreshOutcome, RefreshResult.ReauthorizationRequired)
            .SetProperty(g => g.Version, g => g.Version + 1), ct) == 1;

    /// <summary>Takes the tokens away, in the caller's transaction.</summary>
    /// <returns>False when the grant has changed meanwhile.</returns>
    public static async Task<bool> RevokeAsync(LarkDbContext db, UserGrant grant, CancellationToken ct) =>
        await Generation(db, grant).ExecuteUpdateAsync(u => u
            .SetProperty(g => g.Status, GrantStatus.Revoked)
            .SetProperty(g => g.SealedAccessToken, (string?)null)
            .SetProperty(g => g.SealedRefreshToken, (string?)null)
            .SetProperty(g => g.AccessExpiresAt, (DateTimeOffset?)null)
            .SetProperty(g => g.RefreshExpiresAt, (DateTimeOffset?)null)
            .SetProperty(g => g.RefreshLeaseOwner, (string?)null)
            .SetProperty(g => g.RefreshLeaseUntil, (DateTimeOffset?)null)
            .SetProperty(g => g.RefreshStartedAt, (DateTimeOffset?)null)
            .SetProperty(g => g.Version, g => g.Version + 1), ct) == 1;

    /// <summary>Notes the time of use, once an hour at most: it is for finding grants nobody needs.</summary>
    public Task UsedAsync(string appId, IReadOnlyCollection<string> openIds, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var anHourAgo = now.AddHours(-1);
        return database.WriteAsync(db => db.Set<UserGrant>()
            .Where(g => g.AppId == appId && EF.Parameter(openIds).Contains(g.OpenId) && (g.LastUsedAt == null || g.LastUsedAt < anHourAgo))
            .ExecuteUpdateAsync(u => u.SetProperty(g => g.LastUsedAt, now), ct), ct);
    }

    public Secret? AccessToken(UserGrant grant) =>
        grant.SealedAccessToken is null ? null : seal.Open(grant.SealedAccessToken, grant.Key, SealPurpose.AccessToken);

    public Secret? RefreshToken(UserGrant grant) =>
        grant.SealedRefreshToken is null ? null : seal.Open(grant.SealedRefreshToken, grant.Key, SealPurpose.RefreshToken);

    /// <summary>The address the user's consent brought; null when no scope allowed to see it.</summary>
    public Secret? Email(UserGrant grant) =>
        grant.SealedEmail is null ? null : seal.Open(grant.SealedEmail, grant.Key, SealPurpose.Email);

    private static IQueryable<UserGrant> Generation(LarkDbContext db, UserGrant grant) =>
        db.Set<UserGrant>().Where(g => g.Id == grant.Id && g.Version == grant.Version);

    private string? SealText(string? text, UserKey user, string purpose) => string.IsNullOrEmpty(text) ? null : seal.Seal(new Secret(text), user, purpose);
}

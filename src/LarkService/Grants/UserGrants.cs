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
        grant.RefreshStartedAt = null;
        grant.RefreshOutcome = null;
        grant.EndAnnouncedAt = null;
        grant.LastUsedAt = now;
        grant.Version++;
    }

    /// <summary>Notes that the refresh token of this generation is about to be sent.</summary>
    /// <returns>False when the grant has changed meanwhile: look again.</returns>
    public Task<bool> BeginRefreshAsync(UserGrant grant, CancellationToken ct) => ChangeAsync(grant, u => u
        .SetProperty(g => g.RefreshStartedAt, clock.GetUtcNow()), ct);

    /// <summary>Notes that the refresh token was not spent after all.</summary>
    public Task<bool> RefreshNotDoneAsync(UserGrant grant, CancellationToken ct) => ChangeAsync(grant, u => u
        .SetProperty(g => g.RefreshStartedAt, (DateTimeOffset?)null), ct);

    /// <summary>Stores the next pair of tokens.</summary>
    /// <returns>False when the grant has changed meanwhile; the new pair is then worth nothing.</returns>
    public Task<bool> RotateAsync(UserGrant grant, TokenResponse tokens, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var access = seal.Seal(tokens.AccessToken, grant.Key, SealPurpose.AccessToken);
        var refresh = tokens.RefreshToken is null ? null : seal.Seal(tokens.RefreshToken, grant.Key, SealPurpose.RefreshToken);
        DateTimeOffset? accessExpires = now + tokens.AccessLifetime;
        DateTimeOffset? refreshExpires = refresh is null ? null : now + tokens.RefreshLifetime;
        return ChangeAsync(grant, u => u
            .SetProperty(g => g.SealedAccessToken, access)
            .SetProperty(g => g.AccessIssuedAt, now)
            .SetProperty(g => g.AccessExpiresAt, accessExpires)
            .SetProperty(g => g.SealedRefreshToken, refresh)
            .SetProperty(g => g.RefreshExpiresAt, refreshExpires)
            .SetProperty(g => g.Scopes, tokens.Scopes.Count > 0 ? tokens.Scopes : grant.Scopes)
            .SetProperty(g => g.RefreshStartedAt, (DateTimeOffset?)null)
            .SetProperty(g => g.Version, g => g.Version + 1), ct);
    }

    /// <summary>The platform will not renew this grant: it is used up to the end of its access token, then the user is asked.</summary>
    public Task<bool> UseUpAsync(UserGrant grant, bool accessTokenIsGood, CancellationToken ct) => ChangeAsync(grant, u => u
        .SetProperty(g => g.Status, accessTokenIsGood ? GrantStatus.Active : GrantStatus.ReauthorizationRequired)
        .SetProperty(g => g.SealedAccessToken, accessTokenIsGood ? grant.SealedAccessToken : null)
        .SetProperty(g => g.SealedRefreshToken, (string?)null)
        .SetProperty(g => g.RefreshStartedAt, (DateTimeOffset?)null)
        .SetProperty(g => g.Version, g => g.Version + 1), ct);

    /// <summary>Takes the tokens away, in the caller's transaction.</summary>
    /// <returns>False when the grant has changed meanwhile.</returns>
    public static async Task<bool> RevokeAsync(LarkDbContext db, UserGrant grant, CancellationToken ct) =>
        await Generation(db, grant).ExecuteUpdateAsync(u => u
            .SetProperty(g => g.Status, GrantStatus.Revoked)
            .SetProperty(g => g.SealedAccessToken, (string?)null)
            .SetProperty(g => g.SealedRefreshToken, (string?)null)
            .SetProperty(g => g.AccessExpiresAt, (DateTimeOffset?)null)
            .SetProperty(g => g.RefreshExpiresAt, (DateTimeOffset?)null)
            .SetProperty(g => g.RefreshStartedAt, (DateTimeOffset?)null)
            .SetProperty(g => g.Version, g => g.Version + 1), ct) == 1;

    /// <summary>Notes the time of use, once an hour at most: it is for finding grants nobody needs.</summary>
    public Task UsedAsync(UserKey user, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var anHourAgo = now.AddHours(-1);
        return database.RunAsync(db => db.Set<UserGrant>()
            .Where(g => g.AppId == user.AppId && g.OpenId == user.OpenId && (g.LastUsedAt == null || g.LastUsedAt < anHourAgo))
            .ExecuteUpdateAsync(u => u.SetProperty(g => g.LastUsedAt, now), ct));
    }

    public Secret? AccessToken(UserGrant grant) =>
        grant.SealedAccessToken is null ? null : seal.Open(grant.SealedAccessToken, grant.Key, SealPurpose.AccessToken);

    public Secret? RefreshToken(UserGrant grant) =>
        grant.SealedRefreshToken is null ? null : seal.Open(grant.SealedRefreshToken, grant.Key, SealPurpose.RefreshToken);

    private async Task<bool> ChangeAsync(UserGrant grant, Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<UserGrant>> change, CancellationToken ct) =>
        await database.RunAsync(db => Generation(db, grant).ExecuteUpdateAsync(change, ct)) == 1;

    private static IQueryable<UserGrant> Generation(LarkDbContext db, UserGrant grant) =>
        db.Set<UserGrant>().Where(g => g.Id == grant.Id && g.Version == grant.Version);

    private string? SealText(string? text, UserKey user, string purpose) => string.IsNullOrEmpty(text) ? null : seal.Seal(new Secret(text), user, purpose);
}

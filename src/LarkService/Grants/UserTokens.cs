using LarkService.Platform;

namespace LarkService.Grants;

/// <summary>
/// Gives out a user's token: from memory, else from the store, else after a refresh. Near its end a token is still given out
/// while the next one is fetched behind.
/// </summary>
internal sealed partial class UserTokens(UserGrants grants, TokenCache cache, TokenRefresher refresher, TimeProvider clock, ILogger<UserTokens> logger)
{
    /// <param name="user">Whose token.</param>
    /// <param name="scopes">What it must be able to do; compared as sets.</param>
    /// <param name="ct">Ends the wait; a refresh under way goes on.</param>
    public async Task<TokenOutcome> GetAsync(UserKey user, ScopeSet scopes, CancellationToken ct)
    {
        if (cache.Find(user) is { } held && held.Scopes.Covers(scopes) && !held.IsNearExpiry(clock.GetUtcNow()))
        {
            return new TokenOutcome.Issued(held);
        }

        return await FromStoreAsync(user, scopes, mayRefresh: true, ct);
    }

    /// <summary>The platform refused this very token: refreshes unless a newer one is there already.</summary>
    public async Task<TokenOutcome> ReplaceAsync(UserKey user, UserAccessToken refused, ScopeSet scopes, CancellationToken ct)
    {
        cache.Forget(user);
        var outcome = await refresher.RefreshAsync(user, refused.Generation, ct);
        var next = await AfterRefreshAsync(user, scopes, outcome, ct);

        if (next is not TokenOutcome.Issued issued || !issued.Token.Value.Equals(refused.Value))
        {
            return next;
        }

        // The grant could not be renewed and still holds the token that was just refused: it is of no more use. The user may
        // have agreed anew meanwhile, so only this generation is written off.
        if (await grants.FindAsync(user, ct) is { } grant && grant.Version == issued.Token.Generation)
        {
            await grants.UseUpAsync(grant, accessTokenIsGood: false, ct);
        }

        cache.Forget(user);
        return new TokenOutcome.ConsentRequired(ConsentReason.Expired, scopes);
    }

    public void Forget(UserKey user) => cache.Forget(user);

    private async Task<TokenOutcome> FromStoreAsync(UserKey user, ScopeSet scopes, bool mayRefresh, CancellationToken ct)
    {
        var grant = await grants.FindAsync(user, ct);
        if (Gap(grant, scopes) is { } gap)
        {
            return gap;
        }

        var now = clock.GetUtcNow();
        var token = new UserAccessToken(grants.AccessToken(grant!)!, grant!.AccessIssuedAt!.Value, grant.AccessExpiresAt!.Value, grant.Scopes, grant.Version);
        if (token.ExpiresAt > now)
        {
            Use(user, token);
            if (token.IsNearExpiry(now) && grant.SealedRefreshToken is not null && mayRefresh)
            {
                RefreshBehind(user, token);
            }

            return new TokenOutcome.Issued(token);
        }

        return mayRefresh
            ? await AfterRefreshAsync(user, scopes, await refresher.RefreshAsync(user, grant.Version, ct), ct)
            : new TokenOutcome.ConsentRequired(ConsentReason.Expired, scopes);
    }

    private static TokenOutcome.ConsentRequired? Gap(UserGrant? grant, ScopeSet scopes) => grant switch
    {
        null => new(ConsentReason.NotGranted, scopes),
        { Status: GrantStatus.Revoked } => new(ConsentReason.Revoked, scopes),
        { Status: GrantStatus.ReauthorizationRequired } or { SealedAccessToken: null } => new(ConsentReason.Expired, scopes),
        _ when !grant.Scopes.Covers(scopes) => new(ConsentReason.ScopesMissing, scopes.Except(grant.Scopes)),
        _ => null,
    };

    private async Task<TokenOutcome> AfterRefreshAsync(UserKey user, ScopeSet scopes, RefreshOutcome outcome, CancellationToken ct) => outcome switch
    {
        RefreshOutcome.Refused refused => new TokenOutcome.Refused(refused.Error),
        RefreshOutcome.Unavailable => new TokenOutcome.Unavailable(),
        _ => await FromStoreAsync(user, scopes, mayRefresh: false, ct),
    };

    private void Use(UserKey user, UserAccessToken token)
    {
        cache.Keep(user, token);
        _ = Observe(grants.UsedAsync(user, CancellationToken.None));
    }

    private void RefreshBehind(UserKey user, UserAccessToken token) =>
        _ = Observe(refresher.RefreshAsync(user, token.Generation, CancellationToken.None));

    private async Task Observe(Task behind)
    {
        try
        {
            await behind;
        }
        catch (Exception e)
        {
            Log.BehindFailed(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Work behind a token that was given out failed; it will be done with a later call")]
        public static partial void BehindFailed(ILogger logger, Exception e);
    }
}

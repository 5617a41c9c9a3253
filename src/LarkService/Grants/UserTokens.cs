using LarkService.Grants.OAuth;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Grants;

/// <summary>
/// Gives out a user's token: from memory, else from the store, else after a refresh. Near its end a token is still given out
/// while the next one is fetched behind.
/// </summary>
internal sealed partial class UserTokens(
    UserGrants grants,
    GrantReads reads,
    GrantUses uses,
    TokenCache cache,
    TokenRefresher refresher,
    WriteOffs writeOffs,
    OAuthClient oauth,
    LarkApps apps,
    TimeProvider clock,
    ILogger<UserTokens> logger)
{
    /// <summary>A token may run out while it is fetched; more often than this it means that a clock is wrong.</summary>
    private const int MaxRefreshes = 3;
    private static readonly TimeSpan NoteUseEvery = TimeSpan.FromHours(1);

    /// <param name="user">Whose token.</param>
    /// <param name="scopes">What it must be able to do; compared as sets.</param>
    /// <param name="ct">Ends the wait; a refresh under way goes on.</param>
    public ValueTask<TokenOutcome> GetAsync(UserKey user, ScopeSet scopes, CancellationToken ct) =>
        cache.Find(user) is { } held && held.Token.Scopes.Covers(scopes) ? new(held) : new(FromStoreAsync(user, scopes, ct));

    /// <summary>The platform refused this very token: refreshes unless a newer one is there already.</summary>
    public async Task<TokenOutcome> ReplaceAsync(UserKey user, UserAccessToken refused, ScopeSet scopes, CancellationToken ct)
    {
        cache.Forget(user);
        var next = Ended(await refresher.RefreshAsync(user, refused.Generation, CallPriority.Interactive, ct)) ?? await FromStoreAsync(user, scopes, ct);
        if (next is not TokenOutcome.Issued issued || !issued.Token.Header.Equals(refused.Header) || !await IsDeadAsync(user, refused, ct))
        {
            return next;
        }

        // The grant could not be renewed and still holds the token that was just refused: it is of no more use. The user may
        // have agreed anew meanwhile, so only this generation is written off.
        if (await grants.FindAsync(user, ct) is { } grant && grant.Version == issued.Token.Generation)
        {
            await writeOffs.WriteOffAsync(grant, accessTokenIsGood: false, "the platform refused its access token", error: null, ask: true, ct);
        }

        cache.Forget(user);
        return new TokenOutcome.ConsentRequired(ConsentReason.Expired, scopes);
    }

    public void Forget(UserKey user) => cache.Forget(user);

    private async Task<TokenOutcome> FromStoreAsync(UserKey user, ScopeSet scopes, CancellationToken ct)
    {
        for (var refreshes = 0; ; refreshes++)
        {
            var readAt = clock.GetTimestamp();
            var grant = await reads.FindAsync(user, ct);
            if (Gap(grant, scopes) is { } gap)
            {
                return gap;
            }

            if (grant!.AccessExpiresAt > clock.GetUtcNow())
            {
                return Use(grant, readAt);
            }

            if (refreshes == MaxRefreshes)
            {
                return new TokenOutcome.Unavailable();
            }

            if (Ended(await refresher.RefreshAsync(user, grant.Version, CallPriority.Interactive, ct)) is { } ended)
            {
                return ended;
            }
        }
    }

    private static TokenOutcome.ConsentRequired? Gap(GrantInUse? grant, ScopeSet scopes) => grant switch
    {
        null => new(ConsentReason.NotGranted, scopes),
        { Status: GrantStatus.Revoked } => new(ConsentReason.Revoked, scopes),
        { Status: GrantStatus.ReauthorizationRequired } or { SealedAccessToken: null } => new(ConsentReason.Expired, scopes),
        _ when !grant.Scopes.Covers(scopes) => new(ConsentReason.ScopesMissing, scopes.Except(grant.Scopes)),
        _ => null,
    };

    /// <returns>Null when the store tells.</returns>
    private static TokenOutcome? Ended(RefreshOutcome outcome) => outcome switch
    {
        RefreshOutcome.Refused refused => new TokenOutcome.Refused(refused.Error),
        RefreshOutcome.Unavailable => new TokenOutcome.Unavailable(),
        _ => null,
    };

    private TokenOutcome.Issued Use(GrantInUse grant, long readAt)
    {
        var now = clock.GetUtcNow();
        var token = new UserAccessToken(reads.Open(grant), grant.AccessIssuedAt!.Value, grant.AccessExpiresAt!.Value, grant.Scopes, grant.Version);
        var issued = new TokenOutcome.Issued(token);
        cache.Keep(grant.Key, issued, readAt);
        if (grant.LastUsedAt is null || now - grant.LastUsedAt > NoteUseEvery)
        {
            _ = ObserveAsync(uses.NoteAsync(grant.Key));
        }

        if (token.IsNearExpiry(now) && grant.CanBeRefreshed)
        {
            _ = ObserveAsync(refresher.RefreshAsync(grant.Key, grant.Version, CallPriority.Background, CancellationToken.None));
        }

        return issued;
    }

    /// <summary>
    /// The code that refuses a token also says "this API takes no user token". Before a grant that cannot be renewed loses the
    /// token it has, the one address that takes every user token is asked; in doubt the token is kept.
    /// </summary>
    private async Task<bool> IsDeadAsync(UserKey user, UserAccessToken token, CancellationToken ct)
    {
        try
        {
            _ = await oauth.UserInfoAsync(apps.Get(user.AppId), token.Value, ct);
            return false;
        }
        catch (PlatformException e)
        {
            return PlatformCodes.IsUserTokenRefused(e.Error.Code);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task ObserveAsync(Task behind)
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

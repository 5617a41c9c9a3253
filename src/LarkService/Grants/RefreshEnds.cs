using LarkService.Data;
using LarkService.Grants.OAuth;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Grants;

/// <summary>Stores what came of a refresh. What is written here must be written: the end of the host does not interrupt it.</summary>
internal sealed partial class RefreshEnds(
    UserGrants grants,
    RefreshLeases leases,
    WriteOffs writeOffs,
    Database database,
    RefreshChanges changes,
    OAuthClient oauth,
    LarkApps apps,
    GrantNews news,
    GrantMetrics metrics,
    TimeProvider clock,
    ILogger<RefreshEnds> logger)
{
    /// <summary>So long new tokens are held while the database cannot take them: the old ones are dead.</summary>
    private static readonly TimeSpan HoldOnTo = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan HoldOnToWhenStopping = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TellPlatformLimit = TimeSpan.FromSeconds(5);

    /// <summary>Stores the new pair before anybody gets it.</summary>
    public async Task<RefreshOutcome> KeepAsync(UserGrant grant, RefreshReply.Issued issued, CancellationToken stopping)
    {
        var outcome = RefreshResult.Of(issued.Tokens);
        if (await StoreAsync(grant, issued, outcome, stopping) is not { } stored)
        {
            metrics.Refreshed(grant.AppId, RefreshResult.Unavailable);
            return new RefreshOutcome.Unavailable();
        }

        if (!stored)
        {
            return await OvertakenAsync(grant, issued.Tokens);
        }

        news.Changed(grant.Key);
        metrics.Refreshed(grant.AppId, outcome);
        if (outcome == RefreshResult.NotRenewable)
        {
            Log.NotRenewable(logger, grant.AppId, grant.OpenId, ScopeSet.OfflineAccess);
        }

        return new RefreshOutcome.Look();
    }

    /// <summary>The grant has changed meanwhile. New tokens of a grant that was taken back must not live on at the platform.</summary>
    public async Task<RefreshOutcome> OvertakenAsync(UserGrant grant, TokenResponse? tokens)
    {
        news.Changed(grant.Key);
        metrics.Refreshed(grant.AppId, RefreshResult.Overtaken);
        if (tokens is not null && await grants.FindAsync(grant.Key, CancellationToken.None) is { Status: GrantStatus.Revoked })
        {
            await RevokeAsync(grant.AppId, tokens);
        }

        return new RefreshOutcome.Look();
    }

    /// <summary>The platform did not answer, or not well; the grant is kept.</summary>
    public async Task<RefreshOutcome> UnavailableAsync(UserGrant grant, bool isUncertain, PlatformError? error)
    {
        await GiveBackAsync(grant, RefreshResult.Unavailable, isUncertain, error);
        return new RefreshOutcome.Unavailable();
    }

    /// <summary>An administrator must act; the grant is kept.</summary>
    public async Task<RefreshOutcome> ConfigurationAsync(UserGrant grant, PlatformError error)
    {
        await GiveBackAsync(grant, RefreshResult.Configuration, isUncertain: false, error);
        return new RefreshOutcome.Refused(error);
    }

    /// <summary>The platform will not renew the grant. What access token is left serves to its end.</summary>
    public async Task<RefreshOutcome> GiveUpAsync(UserGrant grant, PlatformError error, bool ask)
    {
        await writeOffs.WriteOffAsync(grant, grant.AccessExpiresAt > clock.GetUtcNow(), $"code {error.Code}", error, ask, CancellationToken.None);
        return new RefreshOutcome.Look();
    }

    /// <returns>Null when the database took nothing for as long as we may wait.</returns>
    private async Task<bool?> StoreAsync(UserGrant grant, RefreshReply.Issued issued, string outcome, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(HoldOnTo, clock);
        await using var sooner = stopping.Register(() => limit.CancelAfter(HoldOnToWhenStopping));
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await RotateAsync(grant, issued, outcome, limit.Token);
            }
            catch (Exception e) when (!limit.IsCancellationRequested)
            {
                Log.NotStored(logger, grant.AppId, grant.OpenId, pause, e);
                await Task.Delay(pause, clock, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e)
            {
                Log.Lost(logger, grant.AppId, grant.OpenId, e);
                return null;
            }
        }
    }

    // The usual rotation is one statement; only a refresh that ends differently than the last is a transaction with what is told of it.
    private async Task<bool> RotateAsync(UserGrant grant, RefreshReply.Issued issued, string outcome, CancellationToken ct)
    {
        if ((grant.RefreshOutcome ?? RefreshResult.Refreshed) == outcome)
        {
            return await database.WriteAsync(db => grants.RotateAsync(db, grant, issued.Tokens, issued.At, ct), ct);
        }

        var rotated = await database.TransactAsync(async db =>
        {
            var stored = await grants.RotateAsync(db, grant, issued.Tokens, issued.At, ct);
            if (stored)
            {
                await changes.TellAsync(db, grant, outcome, issued.At + issued.Tokens.AccessLifetime, error: null, detail: null, ct);
            }

            return stored;
        }, ct);
        changes.Committed();
        return rotated;
    }

    private async Task GiveBackAsync(UserGrant grant, string outcome, bool isUncertain, PlatformError? error)
    {
        var ct = CancellationToken.None; // bounded by the database's own limit for a command
        metrics.Refreshed(grant.AppId, outcome);
        if (grant.RefreshOutcome == outcome)
        {
            await database.WriteAsync(db => leases.GiveBackAsync(db, grant, outcome, isUncertain, ct), ct);
            return;
        }

        await database.TransactAsync(async db =>
        {
            if (await leases.GiveBackAsync(db, grant, outcome, isUncertain, ct))
            {
                await changes.TellAsync(db, grant, outcome, grant.AccessExpiresAt, error, error is null ? null : $"code {error.Code}", ct);
            }

            return true;
        }, ct);
        changes.Committed();
    }

    private async Task RevokeAsync(string appId, TokenResponse tokens)
    {
        using var limit = new CancellationTokenSource(TellPlatformLimit, clock);
        try
        {
            await oauth.RevokeAsync(apps.Get(appId), tokens.AccessToken, "access_token", limit.Token);
            if (tokens.RefreshToken is { } refresh)
            {
                await oauth.RevokeAsync(apps.Get(appId), refresh, "refresh_token", limit.Token);
            }
        }
        catch (Exception e)
        {
            Log.PlatformNotTold(logger, appId, e.GetType().Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Warning, "The platform renewed {AppId}/{OpenId} for the last time: its answer holds no refresh token, so the user must agree again when the access token ends. Does the app still have the scope {Scope}?")]
        public static partial void NotRenewable(ILogger logger, string appId, string openId, string scope);

        [LoggerMessage(3, LogLevel.Error, "New tokens of {AppId}/{OpenId} could not be stored and are held in memory; trying again in {Pause}")]
        public static partial void NotStored(ILogger logger, string appId, string openId, TimeSpan pause, Exception e);

        [LoggerMessage(4, LogLevel.Critical, "New tokens of {AppId}/{OpenId} are lost: the database took nothing for too long. If the platform refuses the old refresh token, the user must agree again")]
        public static partial void Lost(ILogger logger, string appId, string openId, Exception e);

        [LoggerMessage(5, LogLevel.Information, "Tokens of {AppId} that came after a revocation could not be revoked upstream ({Reason}); they were not stored")]
        public static partial void PlatformNotTold(ILogger logger, string appId, string reason);
    }
}

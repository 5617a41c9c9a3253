using System.Collections.Concurrent;
using LarkService.Grants.OAuth;
using LarkService.Platform;

namespace LarkService.Grants;

/// <summary>
/// Refreshes a user's tokens, once however many ask. A refresh token works a single time, so the work belongs to nobody's
/// request: callers may leave, the refresh goes on and its result is stored before anybody gets it. A host that stops waits for
/// the answer to what was sent, for as long as one try may take.
/// </summary>
internal sealed partial class TokenRefresher(
    UserGrants grants, OAuthClient oauth, LarkApps apps, GrantMetrics metrics, TimeProvider clock, IHostApplicationLifetime host, ILogger<TokenRefresher> logger)
    : IAsyncDisposable
{
    /// <summary>Waits between tries while the platform says that its trouble will pass.</summary>
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)];
    private static readonly TimeSpan RestWhenUnavailable = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RestWhenRefused = TimeSpan.FromSeconds(30);
    private const int MaxResting = 10_000;
    private readonly ConcurrentDictionary<UserKey, Lazy<Task<RefreshOutcome>>> _running = [];

    /// <summary>What did not work a moment ago is not tried for every caller: the endpoint's quota belongs to people who consent.</summary>
    private readonly ConcurrentDictionary<UserKey, (DateTimeOffset Until, RefreshOutcome Outcome)> _resting = [];

    /// <summary>Joins the refresh that is under way for this user, or starts it.</summary>
    /// <param name="user">Whose tokens.</param>
    /// <param name="refused">The generation the platform refused, or whose end has come; a newer one is taken as it is.</param>
    /// <param name="ct">Ends the caller's wait, not the refresh.</param>
    public Task<RefreshOutcome> RefreshAsync(UserKey user, long refused, CancellationToken ct)
    {
        if (_resting.TryGetValue(user, out var rest) && rest.Until > clock.GetUtcNow())
        {
            return Task.FromResult(rest.Outcome);
        }

        var shared = _running.GetOrAdd(user, key => new(() => RunAsync(key, refused)));
        return shared.Value.WaitAsync(ct);
    }

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(_running.Values.Select(Task (r) => r.Value)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<RefreshOutcome> RunAsync(UserKey user, long refused)
    {
        await Task.Yield(); // the dictionary holds the task before it can end
        try
        {
            return Rest(user, await RefreshOnceAsync(user, refused, host.ApplicationStopping));
        }
        finally
        {
            _running.TryRemove(user, out _);
        }
    }

    private RefreshOutcome Rest(UserKey user, RefreshOutcome outcome)
    {
        if (_resting.Count >= MaxResting)
        {
            _resting.Clear();
        }

        if (outcome is RefreshOutcome.Look)
        {
            _resting.TryRemove(user, out _);
        }
        else
        {
            _resting[user] = (clock.GetUtcNow() + (outcome is RefreshOutcome.Refused ? RestWhenRefused : RestWhenUnavailable), outcome);
        }

        return outcome;
    }

    private async Task<RefreshOutcome> RefreshOnceAsync(UserKey user, long refused, CancellationToken ct)
    {
        var grant = await grants.FindAsync(user, ct);
        if (grant is not { Status: GrantStatus.Active } || grant.Version != refused)
        {
            return new RefreshOutcome.Look(); // somebody was faster, or the grant is gone
        }

        if (grants.RefreshToken(grant) is not { } token || grant.RefreshExpiresAt <= clock.GetUtcNow())
        {
            return await GiveUpAsync(grant, "no_refresh_token", ct);
        }

        if (!await grants.BeginRefreshAsync(grant, ct))
        {
            return new RefreshOutcome.Look();
        }

        return await SpendAsync(grant, token, ct);
    }

    private async Task<RefreshOutcome> SpendAsync(UserGrant grant, Secret token, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            ct.ThrowIfCancellationRequested();
            var answer = await SendAsync(grant, token);
            if (answer is TokenAnswer.Issued issued)
            {
                return await KeepAsync(grant, issued.Tokens);
            }

            var error = (answer as TokenAnswer.Refused)?.Error;
            var verdict = error is null ? RefreshVerdict.Retry : RefreshVerdicts.For(error);
            if (verdict == RefreshVerdict.Retry && attempt < Pauses.Length)
            {
                metrics.Retried(grant.AppId);
                await Task.Delay(Pauses[attempt], clock, ct);
                continue;
            }

            return await RefusedAsync(grant, error, verdict, ct);
        }
    }

    /// <returns>Null when no answer came.</returns>
    private async Task<TokenAnswer?> SendAsync(UserGrant grant, Secret token)
    {
        try
        {
            // Once sent the token is spent, so not even the end of the host interrupts this; the client has its own limit.
            return await oauth.RefreshAsync(apps.Get(grant.AppId), token, CancellationToken.None);
        }
        catch (HttpRequestException e)
        {
            Log.NoAnswer(logger, grant.AppId, grant.OpenId, e.GetType().Name);
            return null;
        }
    }

    private async Task<RefreshOutcome> KeepAsync(UserGrant grant, TokenResponse tokens)
    {
        // The old pair is dead from here on: nothing may interrupt the write.
        var stored = await grants.RotateAsync(grant, tokens, CancellationToken.None);
        metrics.Refreshed(grant.AppId, stored ? RefreshResult.Refreshed : RefreshResult.Overtaken);
        return new RefreshOutcome.Look();
    }

    private async Task<RefreshOutcome> RefusedAsync(UserGrant grant, Platform.OpenApi.PlatformError? error, RefreshVerdict verdict, CancellationToken ct)
    {
        switch (verdict)
        {
            case RefreshVerdict.Retry:
                metrics.Refreshed(grant.AppId, RefreshResult.Unavailable);
                return new RefreshOutcome.Unavailable();

            case RefreshVerdict.Configuration:
                Log.Configuration(logger, grant.AppId, error!.Code);
                metrics.Refreshed(grant.AppId, RefreshResult.Configuration);
                await grants.RefreshNotDoneAsync(grant, ct);
                return new RefreshOutcome.Refused(error);

            default:
                return await GiveUpAsync(grant, $"code {error!.Code}", ct);
        }
    }

    private async Task<RefreshOutcome> GiveUpAsync(UserGrant grant, string why, CancellationToken ct)
    {
        // Refreshing ahead of time, the present token is good to its end; the user is asked only then.
        var good = grant.AccessExpiresAt > clock.GetUtcNow();
        if (await grants.UseUpAsync(grant, good, ct))
        {
            Log.UsedUp(logger, grant.AppId, grant.OpenId, why);
            metrics.Refreshed(grant.AppId, RefreshResult.ReauthorizationRequired);
        }

        return new RefreshOutcome.Look();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "No answer to the refresh of {AppId}/{OpenId} ({Reason})")]
        public static partial void NoAnswer(ILogger logger, string appId, string openId, string reason);

        [LoggerMessage(2, LogLevel.Error, "App {AppId} cannot refresh tokens (code {Code}): an administrator must look at the app's settings; no grant was lost")]
        public static partial void Configuration(ILogger logger, string appId, int code);

        [LoggerMessage(3, LogLevel.Information, "The grant of {AppId}/{OpenId} cannot be renewed ({Why}); the user will be asked")]
        public static partial void UsedUp(ILogger logger, string appId, string openId, string why);
    }
}

/// <summary>What a refresh came to; the tokens themselves are read from the store.</summary>
internal abstract record RefreshOutcome
{
    /// <summary>The stored grant tells: renewed, used up or revoked.</summary>
    public sealed record Look : RefreshOutcome;

    public sealed record Unavailable : RefreshOutcome;

    public sealed record Refused(Platform.OpenApi.PlatformError Error) : RefreshOutcome;
}

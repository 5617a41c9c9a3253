using LarkService.Authorization.Cards;
using LarkService.Data.Audit;
using LarkService.Grants;
using LarkService.Grants.OAuth;
using LarkService.Messaging;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Authorization.Flows;

/// <summary>
/// The last step of both flows: fresh tokens become a grant, if the person who agreed is the person who was asked. Grant,
/// session and follow-ups are one transaction.
/// </summary>
internal sealed partial class ConsentCompletion(
    AuthorizationSessions sessions,
    SessionTurns turns,
    ConsentLinks links,
    UserGrants grants,
    UserTokens tokens,
    OAuthClient oauth,
    MessageClient messages,
    AuditLog audit,
    LarkApps apps,
    AppSetupAlerts alerts,
    UnansweredPages pages,
    AuthorizationMetrics metrics,
    TimeProvider clock,
    ILogger<ConsentCompletion> logger)
{
    /// <summary>As many times somebody else may agree in the user's place before the session ends.</summary>
    private const int MaxWrongPersons = 5;
    private static readonly TimeSpan[] Pauses = [.. new[] { 0.5, 1, 3, 5, 10, 20, 20 }.Select(s => TimeSpan.FromSeconds(s))];
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    public async Task<CompletionOutcome> CompleteAsync(AuthorizationSession session, TokenResponse issued, CancellationToken ct)
    {
        var app = apps.Get(session.AppId);
        var who = await WhoAsync(app, session, issued, ct);
        if (!string.Equals(who.OpenId, session.OpenId, StringComparison.Ordinal))
        {
            await DiscardAsync(app, who.OpenId, issued, ct);
            await WrongPersonAsync(session, who, issued.LogId, ct);
            return CompletionOutcome.WrongPerson;
        }

        var entry = Consent(session, SessionState.Authorized.Word(), $"granted: {issued.Scopes}") with { LogId = issued.LogId };
        var stored = await sessions.FinishAsync(session, SessionState.Authorized, null, db => grants.StoreAsync(db, session.User, issued, who, ct), entry, ct);
        if (!stored)
        {
            await DiscardAsync(app, who.OpenId, issued, ct);
            return CompletionOutcome.TooLate;
        }

        if (issued.RefreshToken is null && session.Scopes.Contains(ScopeSet.OfflineAccess))
        {
            alerts.NoRefreshToken(app, issued.Scopes);
        }

        tokens.Forget(session.User);
        pages.Ended(session, SessionState.Authorized);
        metrics.Finished(session, SessionState.Authorized, clock.GetUtcNow() - session.CreatedAt);
        Log.Authorized(logger, session.SessionId, session.AppId, issued.Scopes.Count);
        return CompletionOutcome.Authorized;
    }

    // The code is spent and the tokens are in our hands alone: a passing fault must not cost the user another consent.
    private async Task<UserInfo> WhoAsync(LarkApp app, AuthorizationSession session, TokenResponse issued, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await oauth.UserInfoAsync(app, issued.AccessToken, ct);
            }
            catch (Exception e) when (attempt < Pauses.Length && IsPassing(e))
            {
                var pause = PauseAfter(e, Pauses[attempt]);
                await turns.HoldAsync(session, pause + SessionTurns.OfCode);
                await Task.Delay(pause, clock, ct);
            }
        }
    }

    private static bool IsPassing(Exception e) => e is HttpRequestException or PlatformException { Error: { IsTransient: true } or { Code: 20050 } };

    private static TimeSpan PauseAfter(Exception e, TimeSpan least)
    {
        var told = e is PlatformException { Error.RetryAfter: { } after } ? after : TimeSpan.Zero;
        return told <= least ? least : told < LongestPause ? told : LongestPause;
    }

    /// <summary>Ends a session that will bring no grant.</summary>
    public async Task EndAsync(AuthorizationSession session, SessionState state, string? errorCode, CancellationToken ct)
    {
        var entry = state == SessionState.Declined ? Consent(session, state.Word(), $"asked for: {session.Scopes}") : null;
        if (await sessions.FinishAsync(session, state, errorCode, null, entry, ct))
        {
            if (state != SessionState.Expired) // told here only to somebody who came back
            {
                pages.Ended(session, state);
            }

            metrics.Finished(session, state, clock.GetUtcNow() - session.CreatedAt);
            Log.Ended(logger, session.SessionId, session.AppId, state, errorCode);
        }
    }

    /// <summary>Gives a pending session a fresh link, in place on its card; when another has it already, that one stays.</summary>
    public async Task RenewLinkAsync(AuthorizationSession session, int wrongPersons, CancellationToken ct)
    {
        var link = await links.MakeAsync(session.SessionId, session.User, session.Scopes, session.Flow, ct);
        await sessions.ChangeAsync(session, u => u
            .SetProperty(s => s.SealedLink, link.SealedPage)
            .SetProperty(s => s.StateHash, link.StateHash)
            .SetProperty(s => s.SealedPkceVerifier, link.SealedVerifier)
            .SetProperty(s => s.SealedDeviceCode, link.SealedDeviceCode)
            .SetProperty(s => s.PollSeconds, link.PollSeconds)
            .SetProperty(s => s.NextPollAt, link.FirstPollAt)
            .SetProperty(s => s.OpenedAt, (DateTimeOffset?)null)
            .SetProperty(s => s.WrongPersonCount, wrongPersons), showOnCard: true, ct);
    }

    private async Task WrongPersonAsync(AuthorizationSession session, UserInfo who, string? logId, CancellationToken ct)
    {
        Log.WrongPerson(logger, session.SessionId, session.AppId, session.WrongPersonCount + 1);
        await audit.AppendAsync(Consent(session, "wrong_person", $"agreed by {who.OpenId}; nothing was stored") with { LogId = logId }, ct);
        if (session.WrongPersonCount + 1 >= MaxWrongPersons)
        {
            await EndAsync(session, SessionState.Failed, SessionErrors.WrongPerson, ct);
        }
        else
        {
            await RenewLinkAsync(session, session.WrongPersonCount + 1, ct);
        }

        await TellWrongPersonAsync(session, who, ct);
    }

    private static AuditEntry Consent(AuthorizationSession session, string result, string detail) => new("user", AuditActions.Consent, result)
    {
        AppId = session.AppId,
        OpenId = session.OpenId,
        Detail = $"session {session.SessionId}; {detail}",
    };

    private async Task TellWrongPersonAsync(AuthorizationSession session, UserInfo who, CancellationToken ct)
    {
        try
        {
            var uuid = MessageUuid.For("wrong-person", $"{session.SessionId}/{session.WrongPersonCount}/{who.OpenId}");
            await messages.SendCardAsync(session.AppId, Receiver.User(who.OpenId), NoticeCards.AgreedForSomebodyElse(), uuid, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            Log.NotTold(logger, session.SessionId, e.GetType().Name);
        }
    }

    /// <summary>Revoking a refresh token takes all of the person's consent with it, so whoever has a grant in use keeps that.</summary>
    private async Task DiscardAsync(LarkApp app, string openId, TokenResponse issued, CancellationToken ct)
    {
        try
        {
            var inUse = await grants.FindAsync(new UserKey(app.AppId, openId), ct) is { Status: GrantStatus.Active };
            if (issued.RefreshToken is { } refresh && !inUse)
            {
                await oauth.RevokeAsync(app, refresh, "refresh_token", ct);
            }

            await oauth.RevokeAsync(app, issued.AccessToken, "access_token", ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            Log.NotDiscarded(logger, app.AppId, e.GetType().Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Session {SessionId} of {AppId}: the user agreed, {Scopes} scopes granted")]
        public static partial void Authorized(ILogger logger, string sessionId, string appId, int scopes);

        [LoggerMessage(2, LogLevel.Information, "Session {SessionId} of {AppId} ended as {State} ({ErrorCode})")]
        public static partial void Ended(ILogger logger, string sessionId, string appId, SessionState state, string? errorCode);

        [LoggerMessage(3, LogLevel.Warning, "Session {SessionId} of {AppId}: somebody else agreed in the user's place, time {Count}; nothing was stored")]
        public static partial void WrongPerson(ILogger logger, string sessionId, string appId, int count);

        [LoggerMessage(4, LogLevel.Information, "Session {SessionId}: the person who agreed in the user's place could not be told ({Reason})")]
        public static partial void NotTold(ILogger logger, string sessionId, string reason);

        [LoggerMessage(5, LogLevel.Information, "Unwanted tokens of {AppId} could not be revoked upstream ({Reason}); they were not stored")]
        public static partial void NotDiscarded(ILogger logger, string appId, string reason);
    }
}

/// <summary>What became of fresh tokens.</summary>
internal enum CompletionOutcome
{
    Authorized,

    /// <summary>Nothing was stored; the session waits for the right person with a new link.</summary>
    WrongPerson,

    /// <summary>The session had ended meanwhile; nothing was stored.</summary>
    TooLate,
}

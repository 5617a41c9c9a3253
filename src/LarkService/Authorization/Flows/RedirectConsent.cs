using LarkService.Grants.OAuth;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using Microsoft.Extensions.Options;

namespace LarkService.Authorization.Flows;

/// <summary>The redirect flow's way back: <c>/oauth/callback</c> with a code, or with a refusal.</summary>
internal sealed partial class RedirectConsent(
    AuthorizationSessions sessions,
    ConsentLinks links,
    ConsentCompletion completion,
    OAuthClient oauth,
    LarkApps apps,
    IOptions<AuthorizationOptions> options,
    TimeProvider clock,
    ILogger<RedirectConsent> logger)
{
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1)];
    private static readonly TimeSpan CodePatience = TimeSpan.FromMinutes(2); // a code lives five

    /// <param name="state">From the query; consumed by the first who brings it.</param>
    /// <param name="code">From the query; null when the user refused.</param>
    /// <param name="error">From the query.</param>
    /// <param name="ct">Ends the wait before the state is used up; from then on a browser that goes away changes nothing.</param>
    public async Task<RedirectOutcome> FinishAsync(string? state, Secret? code, string? error, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(state) || state.Length > 256 || (code is null && string.IsNullOrEmpty(error)))
        {
            return new(CallbackResult.UnknownLink, null);
        }

        if (await sessions.ConsumeStateAsync(state, ct) is not { State: SessionState.Pending } session)
        {
            return new(CallbackResult.UnknownLink, null);
        }

        return await FinishAsync(session, code);
    }

    // State and code work once, so what is begun is finished; the client's own limits bound it.
    private async Task<RedirectOutcome> FinishAsync(AuthorizationSession session, Secret? code)
    {
        var ct = CancellationToken.None;
        if (session.ExpiresAt <= clock.GetUtcNow())
        {
            await completion.EndAsync(session, SessionState.Expired, null, ct);
            return new(CallbackResult.Expired, session);
        }

        if (code is null)
        {
            // access_denied is the only value the platform sends here.
            await completion.EndAsync(session, SessionState.Declined, null, ct);
            return new(CallbackResult.Declined, session);
        }

        return new(await ExchangeAsync(session, code, ct), session);
    }

    private async Task<CallbackResult> ExchangeAsync(AuthorizationSession session, Secret code, CancellationToken ct)
    {
        try
        {
            return await ExchangeWithPatienceAsync(session, code, ct) switch
            {
                TokenAnswer.Issued issued => await completion.CompleteAsync(session, issued.Tokens, ct) switch
                {
                    CompletionOutcome.Authorized => CallbackResult.Authorized,
                    CompletionOutcome.WrongPerson => CallbackResult.WrongPerson,
                    _ => CallbackResult.Expired,
                },
                TokenAnswer.Refused refused => await RefusedAsync(session, refused.Error, ct),
                _ => throw new InvalidOperationException(),
            };
        }
        catch (Exception e) when (e is HttpRequestException or PlatformException)
        {
            Log.Unavailable(logger, session.SessionId, e.GetType().Name);
            await completion.EndAsync(session, SessionState.Failed, SessionErrors.PlatformUnavailable, ct);
            return CallbackResult.Failed;
        }
        catch (Exception e)
        {
            // A fault of ours: the state is used up, so the card gets a link that works.
            Log.Stranded(logger, session.SessionId, e);
            await completion.RenewLinkAsync(session, session.WrongPersonCount, ct);
            return CallbackResult.CodeSpent;
        }
    }

    // A code that was refused because too many came at once is not spent, and lives for minutes.
    private async Task<TokenAnswer> ExchangeWithPatienceAsync(AuthorizationSession session, Secret code, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        for (var faults = 0; ;)
        {
            var answer = await TryExchangeAsync(session, code, ct);
            if (answer is TokenAnswer.Issued || answer is TokenAnswer.Refused { Error: var refused } && ExchangeVerdicts.For(refused) != ExchangeVerdict.Retry)
            {
                return answer;
            }

            if (answer is TokenAnswer.Refused { Error.IsRateLimit: false } && faults++ >= Pauses.Length || clock.GetElapsedTime(started) > CodePatience)
            {
                return answer ?? throw new TokenCallsBusyException("The code could not be exchanged in time.");
            }

            await Task.Delay(Pauses[Math.Clamp(faults - 1, 0, Pauses.Length - 1)], clock, ct);
        }
    }

    /// <returns>Null when nothing could be sent for now.</returns>
    private async Task<TokenAnswer?> TryExchangeAsync(AuthorizationSession session, Secret code, CancellationToken ct)
    {
        try
        {
            return await oauth.ExchangeAsync(apps.Get(session.AppId), code, links.Verifier(session), options.Value.RedirectUri!, ct);
        }
        catch (TokenCallsBusyException)
        {
            return null;
        }
    }

    private async Task<CallbackResult> RefusedAsync(AuthorizationSession session, PlatformError error, CancellationToken ct)
    {
        Log.Refused(logger, session.SessionId, error.Code);
        if (ExchangeVerdicts.For(error) == ExchangeVerdict.FreshLink)
        {
            // Nobody's configuration is wrong, so the user gets a fresh link on the card.
            await completion.RenewLinkAsync(session, session.WrongPersonCount, ct);
            return CallbackResult.CodeSpent;
        }

        await completion.EndAsync(session, SessionState.Failed, SessionErrors.Platform(error.Code), ct);
        return CallbackResult.Failed;
    }

    private static partial class Log
    {
        [LoggerMessage(3, LogLevel.Error, "Session {SessionId}: the consent could not be finished; its card gets a fresh link")]
        public static partial void Stranded(ILogger logger, string sessionId, Exception e);

        [LoggerMessage(1, LogLevel.Warning, "Session {SessionId}: the code could not be exchanged ({Reason})")]
        public static partial void Unavailable(ILogger logger, string sessionId, string reason);

        [LoggerMessage(2, LogLevel.Warning, "Session {SessionId}: the platform refused the code (code {Code})")]
        public static partial void Refused(ILogger logger, string sessionId, int code);
    }
}

/// <summary>What the page says.</summary>
internal enum CallbackResult
{
    Authorized,
    Declined,
    WrongPerson,
    Expired,

    /// <summary>The link was used before, or never was ours.</summary>
    UnknownLink,

    /// <summary>The platform no longer takes this code; a fresh link is on the card.</summary>
    CodeSpent,
    Failed,

    /// <summary>Many came at once: the consent is kept and being finished, and the card in chat will tell.</summary>
    Finishing,
}

/// <param name="Result">What the page says.</param>
/// <param name="Session">The session it was about; null when there is none.</param>
internal sealed record RedirectOutcome(CallbackResult Result, AuthorizationSession? Session);

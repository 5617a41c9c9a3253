using System.Globalization;
using LarkService.Grants.OAuth;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Authorization.Flows;

/// <summary>
/// The redirect flow's way back: <c>/oauth/callback</c> with a code, or with a refusal. The code is kept, sealed, in the statement that
/// uses up the state: what is begun here is finished, by another process if need be, whether or not the browser waits.
/// </summary>
internal sealed partial class RedirectConsent(
    AuthorizationSessions sessions,
    SessionTurns turns,
    ConsentLinks links,
    ConsentCompletion completion,
    CodeExchange exchange,
    TokenAlerts alerts,
    IHostApplicationLifetime host,
    TimeProvider clock,
    ILogger<RedirectConsent> logger) : IAsyncDisposable
{
    /// <summary>A browser that waits longer is told that the consent is being finished.</summary>
    public static readonly TimeSpan PageWaits = TimeSpan.FromSeconds(25);

    private const int LongestCode = 2048; // the platform's have 64 characters
    private const string Refused = "access_denied";

    // When a thousand come in one moment, the first are through to the platform while the rest still wait: all at once would all be slow together.
    private const int AtOnce = 16;
    private readonly SemaphoreSlim _door = new(AtOnce);
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    /// <param name="state">From the query; consumed by the first who brings it.</param>
    /// <param name="code">From the query; null when the user refused.</param>
    /// <param name="error">From the query.</param>
    /// <param name="ct">Ends the wait before the state is used up; from then on a browser that goes away changes nothing.</param>
    public async Task<RedirectOutcome> FinishAsync(string? state, Secret? code, string? error, CancellationToken ct)
    {
        var isOdd = (code is null) == string.IsNullOrEmpty(error) || code?.Reveal().Length > LongestCode;
        if (!ConsentLinks.IsState(state) || isOdd || await ConsumeAsync(state, code, ct) is not { State: SessionState.Pending } session)
        {
            return new(CallbackResult.UnknownLink, null);
        }

        var finishing = Begin(() => FinishAsync(session, code, error));
        await ((Task)finishing).WaitAsync(PageWaits, clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new(finishing.IsCompleted ? await finishing : CallbackResult.Finishing, session);
    }

    /// <summary>Finishes what a process that is gone has begun.</summary>
    public async Task ResumeAsync(AuthorizationSession session, CancellationToken ct)
    {
        if (ConsentLinks.IsBeingFinished(session) && await turns.TakeAsync(session, SessionTurns.OfCode, ct))
        {
            await Begin(() => ExchangeAsync(session, links.Code(session)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _door.Dispose();
    }

    private async Task<AuthorizationSession?> ConsumeAsync(string state, Secret? code, CancellationToken ct)
    {
        await _door.WaitAsync(ct);
        try
        {
            return await sessions.ConsumeStateAsync(state, (session, update) =>
            {
                if (code is not null)
                {
                    update.SetProperty(s => s.SealedDeviceCode, links.SealCode(session, code));
                    update.SetProperty(s => s.NextPollAt, clock.GetUtcNow() + SessionTurns.OfCode);
                }
            }, ct);
        }
        finally
        {
            _door.Release();
        }
    }

    private Task<CallbackResult> Begin(Func<Task<CallbackResult>> work)
    {
        var running = Task.Run(work);
        lock (_gate)
        {
            _running.RemoveWhere(task => task.IsCompleted);
            _running.Add(running);
        }

        return running;
    }

    private async Task<CallbackResult> FinishAsync(AuthorizationSession session, Secret? code, string? error)
    {
        if (session.ExpiresAt <= clock.GetUtcNow())
        {
            await completion.EndAsync(session, SessionState.Expired, null, CancellationToken.None);
            return CallbackResult.Expired;
        }

        if (code is not null)
        {
            return await ExchangeAsync(session, code);
        }

        if (error == Refused)
        {
            await completion.EndAsync(session, SessionState.Declined, null, CancellationToken.None);
            return CallbackResult.Declined;
        }

        return await PageErrorAsync(session, error!);
    }

    private async Task<CallbackResult> ExchangeAsync(AuthorizationSession session, Secret code)
    {
        try
        {
            return await exchange.RunAsync(session, code, host.ApplicationStopping) switch
            {
                TokenAnswer.Issued issued => await completion.CompleteAsync(session, issued.Tokens, CancellationToken.None) switch
                {
                    CompletionOutcome.Authorized => CallbackResult.Authorized,
                    CompletionOutcome.WrongPerson => CallbackResult.WrongPerson,
                    _ => CallbackResult.Expired,
                },
                TokenAnswer.Refused refused => await RefusedAsync(session, refused.Error),
                _ => throw new InvalidOperationException(),
            };
        }
        catch (OperationCanceledException) when (host.ApplicationStopping.IsCancellationRequested)
        {
            await turns.HoldAsync(session, TimeSpan.Zero); // the next process takes it up at once
            return CallbackResult.Finishing;
        }
        catch (Exception e) when (e is HttpRequestException or PlatformException)
        {
            Log.Unavailable(logger, session.SessionId, e.GetType().Name);
            await completion.EndAsync(session, SessionState.Failed, SessionErrors.PlatformUnavailable, CancellationToken.None);
            return CallbackResult.Failed;
        }
        catch (Exception e)
        {
            // A fault of ours: the state is used up, so the card gets a link that works.
            Log.Stranded(logger, session.SessionId, e);
            await completion.RenewLinkAsync(session, session.WrongPersonCount, CancellationToken.None);
            return CallbackResult.CodeSpent;
        }
    }

    private async Task<CallbackResult> RefusedAsync(AuthorizationSession session, PlatformError error)
    {
        Log.Refused(logger, session.SessionId, error.Code);
        if (ExchangeVerdicts.For(error) == ExchangeVerdict.FreshLink)
        {
            // Nobody's configuration is wrong, so the user gets a fresh link on the card.
            await completion.RenewLinkAsync(session, session.WrongPersonCount, CancellationToken.None);
            return CallbackResult.CodeSpent;
        }

        await completion.EndAsync(session, SessionState.Failed, SessionErrors.Platform(error.Code), CancellationToken.None);
        return CallbackResult.Failed;
    }

    // The platform keeps such errors on its own page, so the app hears nothing; should it ever send one, its number is for the operator.
    // Anything else that stands there was written by nobody knows whom, and is repeated nowhere.
    private async Task<CallbackResult> PageErrorAsync(AuthorizationSession session, string error)
    {
        var code = int.TryParse(error, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 20000 and < 100000 ? number : 0;
        Log.PageError(logger, session.SessionId, code);
        if (code != 0)
        {
            alerts.Refused(session.AppId, TokenCall.Exchange, new PlatformError(code, "The consent page refused.", null, 0));
        }

        await completion.EndAsync(session, SessionState.Failed, code == 0 ? SessionErrors.ConsentPage : SessionErrors.Platform(code), CancellationToken.None);
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

        [LoggerMessage(4, LogLevel.Warning, "Session {SessionId}: the consent page came back with an error (code {Code})")]
        public static partial void PageError(ILogger logger, string sessionId, int code);
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

    /// <summary>Too many came from this address; nothing was looked at.</summary>
    TooMany,

    /// <summary>The database does not answer.</summary>
    NotNow,
}

/// <param name="Result">What the page says.</param>
/// <param name="Session">The session it was about; null when there is none.</param>
internal sealed record RedirectOutcome(CallbackResult Result, AuthorizationSession? Session);

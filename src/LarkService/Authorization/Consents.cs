using System.Data.Common;
using LarkService.Authorization.Cards;
using LarkService.Authorization.Flows;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace LarkService.Authorization;

/// <summary>Asks a person for consent: one session, one card, however many want it.</summary>
internal sealed partial class Consents(
    SessionAdmission admission,
    AuthorizationSessions sessions,
    ConsentLinks links,
    ConsentCompletion completion,
    SessionCards cards,
    LarkApps apps,
    AppSetupAlerts alerts,
    UnansweredPages pages,
    IOptions<AuthorizationOptions> options,
    AuthorizationMetrics metrics,
    TimeProvider clock,
    ILogger<Consents> logger) : IDisposable
{
    /// <summary>Looks that may find something else than the one before.</summary>
    private const int MostLooks = 5;

    /// <summary>So often a card that another process is sending is waited for.</summary>
    private const int MostWaits = 20;

    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan InAMoment = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    /// <exception cref="PlatformException">The platform refused to make a link or to send the card; nothing is pending.</exception>
    /// <exception cref="HttpRequestException">The platform could not be reached; nothing is pending.</exception>
    public async Task<AskOutcome> AskAsync(ConsentAsk ask, CancellationToken ct)
    {
        // One at a time for a user in this process, so that several wishes at once become one card; the lock in the database does the rest.
        var turn = _turns[(ask.User.GetHashCode() & int.MaxValue) % _turns.Length];
        await turn.WaitAsync(ct);
        try
        {
            return await AskInTurnAsync(ask, ct);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => Array.ForEach(_turns, turn => turn.Dispose());

    private async Task<AskOutcome> AskInTurnAsync(ConsentAsk ask, CancellationToken ct)
    {
        for (int looks = 0, waits = 0; looks < MostLooks;)
        {
            var patient = waits < MostWaits;
            switch (await StepAsync(ask, patient, ct))
            {
                case (AskDecision.CardOnItsWay, _):
                    waits++;
                    await Task.Delay(Wait, clock, ct);
                    break;
                case (AskDecision.Ask, null):
                    looks++; // somebody was faster, and something else is to be asked for now
                    break;
                case (AskDecision.Ask asked, { } session):
                    return await ShowAsync(ask, asked, session);
                case var (decision, _):
                    return await OutcomeAsync(ask, decision, ct);
            }
        }

        return new AskOutcome.TooOften(InAMoment);
    }

    /// <returns>What was decided, and the new session when one was stored for it.</returns>
    private async Task<(AskDecision Decision, AuthorizationSession? Session)> StepAsync(ConsentAsk ask, bool patient, CancellationToken ct)
    {
        var decision = await admission.LookAsync(ask, patient, ct);
        if (decision is not AskDecision.Ask asked)
        {
            return (decision, null);
        }

        var session = await MakeAsync(ask, asked.Scopes, ct);
        try
        {
            var admitted = await admission.AdmitAsync(ask, session, patient, ct);
            foreach (var (ended, state) in admitted.Ended)
            {
                pages.Ended(ended, state);
                metrics.Finished(ended, state, clock.GetUtcNow() - ended.CreatedAt);
                Log.Ended(logger, ended.SessionId, ended.AppId, state, session.SessionId);
            }

            return (admitted.Decision, admitted.Stored ? session : null);
        }
        catch (Exception e) when (e is DbUpdateException or DbException { IsTransient: true })
        {
            Log.Collided(logger, ask.User.AppId, e.GetBaseException().GetType().Name); // the same request from another process, by the unique key
            return (asked, null);
        }
    }

    private async Task<AskOutcome> OutcomeAsync(ConsentAsk ask, AskDecision decision, CancellationToken ct)
    {
        switch (decision)
        {
            case AskDecision.Granted:
                return new AskOutcome.AlreadyGranted();
            case AskDecision.Pending pending:
                return await WithCardAsync(pending.Session, ask, ct);
            case AskDecision.HoldBack held:
                metrics.HeldBack(ask.User.AppId);
                return new AskOutcome.TooOften(held.RetryAfter);
            case AskDecision.TooMany many:
                return new AskOutcome.TooManyScopes(many.Count);
            default:
                throw new InvalidOperationException($"Unknown decision {decision}.");
        }
    }

    private async Task<AskOutcome> ShowAsync(ConsentAsk ask, AskDecision.Ask asked, AuthorizationSession session)
    {
        if (session.MessageId is not null)
        {
            return new AskOutcome.Asked(session, CardSent: true) { InPlace = true }; // a follow-up changes the card
        }

        // From here on somebody who hangs up leaves no card behind that nobody knows of.
        using var limit = new CancellationTokenSource(SendLimit, clock);
        await SendAsync(session, ask, limit.Token);
        foreach (var smaller in asked.Smaller)
        {
            await completion.EndAsync(smaller, SessionState.Superseded, null, limit.Token);
        }

        return new AskOutcome.Asked(await sessions.FindAsync(session.SessionId, limit.Token) ?? session, CardSent: true);
    }

    /// <summary>A pending session without a card was begun by a process that died; its message goes out once, whoever sends it.</summary>
    private async Task<AskOutcome> WithCardAsync(AuthorizationSession pending, ConsentAsk ask, CancellationToken ct)
    {
        if (pending.MessageId is not null)
        {
            return new AskOutcome.Asked(pending, CardSent: false);
        }

        // Nobody knows any more whether others read along in its chat.
        await (pending.ChatId is not null && pending.ChatId == ask.ChatId ? cards.SendAsync(pending, ask.IsGroup, ct) : cards.SendDirectlyAsync(pending, ct));
        return new AskOutcome.Asked(await sessions.FindAsync(pending.SessionId, ct) ?? pending, CardSent: true);
    }

    private async Task<AuthorizationSession> MakeAsync(ConsentAsk ask, ScopeSet scopes, CancellationToken ct)
    {
        var id = RandomIds.Create(128);
        var flow = options.Value.EffectiveFlow;
        var link = await LinkAsync(id, ask, scopes, flow, ct);
        var now = clock.GetUtcNow();
        return new AuthorizationSession
        {
            SessionId = id,
            AppId = ask.User.AppId,
            OpenId = ask.User.OpenId,
            Flow = flow,
            Origin = ask.Origin,
            State = SessionState.Pending,
            Scopes = scopes,
            PendingKey = AuthorizationSessions.PendingKeyFor(ask.User, scopes),
            StateHash = link.StateHash,
            SealedPkceVerifier = link.SealedVerifier,
            SealedDeviceCode = link.SealedDeviceCode,
            SealedLink = link.SealedPage,
            PollSeconds = link.PollSeconds,
            NextPollAt = link.FirstPollAt,
            ChatId = ask.ChatId,
            Reason = ask.Reason,
            ReasonZh = ask.ReasonZh,
            ReasonJa = ask.ReasonJa,
            Locale = ask.Locale,
            Detailed = ask.Detailed,
            CreatedAt = now,
            ExpiresAt = now + options.Value.SessionLifetime,
        };
    }

    private async Task<ConsentLink> LinkAsync(string id, ConsentAsk ask, ScopeSet scopes, SessionFlow flow, CancellationToken ct)
    {
        try
        {
            return await links.MakeAsync(id, ask.User, scopes, flow, ct);
        }
        catch (PlatformException e) when (PlatformCodes.IsAppScopeMissing(e.Error.Code))
        {
            var named = e.Error.Scopes.Count > 0 ? e.Error : e.Error with { Scopes = [.. ask.Scopes] };
            alerts.ScopeMissing(apps.Get(ask.User.AppId), named);
            throw new PlatformException(named);
        }
    }

    private async Task SendAsync(AuthorizationSession session, ConsentAsk ask, CancellationToken ct)
    {
        try
        {
            await cards.SendAsync(session, ask.IsGroup, ct);
        }
        catch (Exception)
        {
            await completion.EndAsync(session, SessionState.Failed, SessionErrors.CardNotSent, CancellationToken.None);
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Session {SessionId} of {AppId} ended as {State}: {NewSession} took its place")]
        public static partial void Ended(ILogger logger, string sessionId, string appId, SessionState state, string newSession);

        [LoggerMessage(2, LogLevel.Information, "A request for consent in {AppId} met another one ({Reason}); it looks again")]
        public static partial void Collided(ILogger logger, string appId, string reason);
    }
}

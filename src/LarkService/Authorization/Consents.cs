using LarkService.Authorization.Cards;
using LarkService.Authorization.Flows;
using LarkService.Grants;
using LarkService.Platform;
using Microsoft.Extensions.Options;

namespace LarkService.Authorization;

/// <summary>Asks a person for consent: one session, one card, however many want it.</summary>
internal sealed class Consents(
    AuthorizationSessions sessions,
    ConsentLinks links,
    ConsentCompletion completion,
    SessionCards cards,
    UserGrants grants,
    LarkApps apps,
    IOptions<AuthorizationOptions> options,
    AuthorizationMetrics metrics,
    TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <exception cref="Platform.OpenApi.PlatformException">The platform refused to make a link or to send the card; nothing is pending.</exception>
    /// <exception cref="HttpRequestException">The platform could not be reached; nothing is pending.</exception>
    public async Task<AskOutcome> AskAsync(ConsentAsk ask, CancellationToken ct)
    {
        // One at a time for a user, so that several wishes at once become one card and are counted.
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
        var known = await grants.FindAsync(ask.User, ct) is { Status: not GrantStatus.Revoked } kept ? kept : null;
        var grant = known is { Status: GrantStatus.Active, RefreshOutcome: not RefreshResult.ReauthorizationRequired } ? known : null; // one that ends with its access token is none
        var wanted = apps.Get(ask.User.AppId).Scopes.Union(ask.Scopes);
        if (grant is not null && grant.Scopes.Covers(wanted) && !ask.EvenIfGranted)
        {
            return new AskOutcome.AlreadyGranted();
        }

        wanted = wanted.Union(known?.Scopes ?? ScopeSet.Empty); // one consent brings back all that has run out, too
        var pending = await sessions.PendingOfAsync(ask.User, ct);
        if (pending.Find(s => s.Scopes.Covers(wanted)) is { } same)
        {
            return await WithCardAsync(same, ask, ct);
        }

        if (await TooOftenAsync(ask, ct) is { } wait)
        {
            metrics.HeldBack(ask.User.AppId);
            return new AskOutcome.TooOften(wait);
        }

        foreach (var overdue in await sessions.OverdueOfAsync(ask.User, ct))
        {
            await completion.EndAsync(overdue, SessionState.Expired, null, ct); // it still holds the place of a new one
        }

        var session = await CreateAsync(ask, wanted, ct);
        if (session is null)
        {
            // The same request came to two processes at once.
            var other = (await sessions.PendingOfAsync(ask.User, ct)).Find(s => s.Scopes.Covers(wanted));
            return other is null ? new AskOutcome.TooOften(TimeSpan.FromSeconds(1)) : await WithCardAsync(other, ask, ct);
        }

        await SendAsync(session, ask, ct);
        foreach (var smaller in pending.Where(s => wanted.Covers(s.Scopes)))
        {
            await completion.EndAsync(smaller, SessionState.Superseded, null, ct);
        }

        return new AskOutcome.Asked(await sessions.FindAsync(session.SessionId, ct) ?? session, CardSent: true);
    }

    /// <summary>A pending session without a card was begun by a process that died; its message goes out once, whoever sends it.</summary>
    private async Task<AskOutcome> WithCardAsync(AuthorizationSession pending, ConsentAsk ask, CancellationToken ct)
    {
        if (pending.MessageId is not null)
        {
            return new AskOutcome.Asked(pending, CardSent: false);
        }

        await cards.SendAsync(pending, ask.IsGroup, ct);
        return new AskOutcome.Asked(await sessions.FindAsync(pending.SessionId, ct) ?? pending, CardSent: true);
    }

    private async Task<TimeSpan?> TooOftenAsync(ConsentAsk ask, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var limit = options.Value.RequestsPerMinutePerUser;
        var asked = await sessions.AskedSinceAsync(ask.User, ask.Origin == SessionOrigin.Chat, now - Window, ct);
        return asked.Count < limit ? null : asked[limit - 1] + Window - now;
    }

    /// <returns>Null when the same request is pending already.</returns>
    private async Task<AuthorizationSession?> CreateAsync(ConsentAsk ask, ScopeSet scopes, CancellationToken ct)
    {
        var id = RandomIds.Create(128);
        var flow = options.Value.EffectiveFlow;
        var link = await links.MakeAsync(id, ask.User, scopes, flow, ct);
        var now = clock.GetUtcNow();
        var session = new AuthorizationSession
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
        return await sessions.AddAsync(session, ct) ? session : null;
    }

    private async Task SendAsync(AuthorizationSession session, ConsentAsk ask, CancellationToken ct)
    {
        try
        {
            await (ask.CardOf is { } card ? cards.TakeOverAsync(session, card, ct) : cards.SendAsync(session, ask.IsGroup, ct));
        }
        catch (Exception)
        {
            await completion.EndAsync(session, SessionState.Failed, SessionErrors.CardNotSent, CancellationToken.None);
            throw;
        }
    }
}

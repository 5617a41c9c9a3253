using LarkService.Grants;
using LarkService.Platform;
using LarkService.Platform.Http;

namespace LarkService.Authorization;

/// <summary>
/// The rules of asking, without any effect: whether somebody is asked, for which scopes, on which card, or is left in peace. What
/// nobody asked for expressly (a call, a renewal) never sends a second card within the cooldown; it may only show itself on a card
/// that is there. See docs/authorization.md.
/// </summary>
internal static class AskRules
{
    /// <summary>The platform takes no more in one request.</summary>
    public const int MostScopes = RequestShapes.MostScopes;

    /// <summary>So long a session may be without its card before its process counts as dead.</summary>
    public static readonly TimeSpan CardTakes = TimeSpan.FromSeconds(5);

    /// <summary>So long after a click the user is taken to be on the page.</summary>
    public static readonly TimeSpan OnThePage = TimeSpan.FromMinutes(2);

    /// <param name="ask">The wish.</param>
    /// <param name="history">What happened with this user so far.</param>
    /// <param name="own">What the app always asks for.</param>
    /// <param name="options">How often people are asked.</param>
    /// <param name="now">The time.</param>
    /// <param name="patient">Whether to wait for a card that another process may be sending.</param>
    public static AskDecision Decide(ConsentAsk ask, AskHistory history, ScopeSet own, AuthorizationOptions options, DateTimeOffset now, bool patient)
    {
        var known = history.Grant is { Status: not GrantStatus.Revoked } kept ? kept : null;
        var inUse = known is { Status: GrantStatus.Active, RefreshOutcome: not RefreshResult.ReauthorizationRequired } ? known.Scopes : null; // one that ends with its access token is none
        var needed = own.Union(ask.Scopes);
        if (inUse is not null && inUse.Covers(needed) && !ask.EvenIfGranted)
        {
            return new AskDecision.Granted();
        }

        var wanted = Fitting(needed, known?.Scopes ?? ScopeSet.Empty, inUse ?? ScopeSet.Empty); // one consent brings back all that has run out, too
        if (history.Pending.FirstOrDefault(s => s.Scopes.Covers(wanted)) is { } same)
        {
            return new AskDecision.Pending(same);
        }

        var joined = ask.Origin.IsAutomatic() ? history.Pending.Where(s => s.Origin.IsAutomatic()).Aggregate(wanted, (all, s) => all.Union(s.Scopes)) : wanted;
        wanted = joined.Count <= MostScopes ? joined : wanted;
        return wanted.Count > MostScopes ? new AskDecision.TooMany(wanted.Count) : Decide(ask, history, wanted, wanted.Except(inUse ?? ScopeSet.Empty), options, now, patient);
    }

    private static AskDecision Decide(ConsentAsk ask, AskHistory history, ScopeSet wanted, ScopeSet missing, AuthorizationOptions options, DateTimeOffset now, bool patient)
    {
        var smaller = history.Pending.Where(s => wanted.Covers(s.Scopes)).ToList();
        if (patient && smaller.Exists(s => s.MessageId is null && s.CreatedAt > now - CardTakes))
        {
            return new AskDecision.CardOnItsWay();
        }

        var cardOf = history.CardOf is { MessageId: not null } chosen ? chosen : smaller.Find(s => s.MessageId is not null && IsInPlace(ask, s));
        if (ask.Origin.IsAutomatic())
        {
            if (Refused(ask, history, missing, options, now) is { } refused)
            {
                return new AskDecision.HoldBack(refused);
            }

            cardOf ??= Reusable(ask, history);
            if (Cooldown(history, cardOf, options, now) is { } pause)
            {
                return new AskDecision.HoldBack(pause);
            }
        }

        return TooOften(history, options, now) is { } wait ? new AskDecision.HoldBack(wait) : new AskDecision.Ask(wanted) { CardOf = cardOf, Smaller = smaller };
    }

    /// <summary>
    /// The platform adds what is agreed to what was granted before, so leaving that out loses nothing; it is asked for along only to
    /// have it renewed.
    /// </summary>
    private static ScopeSet Fitting(ScopeSet needed, ScopeSet known, ScopeSet inUse)
    {
        var all = needed.Union(known);
        return all.Count <= MostScopes ? all : needed.Count <= MostScopes ? needed : needed.Except(inUse);
    }

    /// <summary>What the user declined lately is not asked for again by anybody but themselves or a caller who means it.</summary>
    private static TimeSpan? Refused(ConsentAsk ask, AskHistory history, ScopeSet missing, AuthorizationOptions options, DateTimeOffset now)
    {
        // What was granted before was asked for along, and is not what the user minds; unless the platform says that it is not granted.
        var had = !ask.EvenIfGranted && history.Grant is { Status: not GrantStatus.Revoked } grant ? grant.Scopes : ScopeSet.Empty;
        var wanted = ask.EvenIfGranted ? missing.Union(ask.Scopes) : missing;
        var since = history.Grant?.GrantedAt ?? DateTimeOffset.MinValue; // who agreed after that has thought better of it
        return Left(history.Declined.Where(s => s.CompletedAt > since && s.Scopes.Except(had).Any(wanted.Contains)).Max(s => s.CompletedAt), options, now);
    }

    /// <summary>A card of the cooldown that may come to life again: what the user agreed on, and for a renewal what ran out.</summary>
    private static AuthorizationSession? Reusable(ConsentAsk ask, AskHistory history) => history.LastAutomatic switch
    {
        null => null,
        { State: SessionState.Authorized } => history.LastCard,
        { CompletedAt: { } ended } when history.Grant?.GrantedAt > ended => history.LastCard, // on a link the user got themselves
        { State: not SessionState.Declined } when ask.Origin == SessionOrigin.Renewal => history.LastCard,
        _ => null,
    };

    private static TimeSpan? Cooldown(AskHistory history, AuthorizationSession? cardOf, AuthorizationOptions options, DateTimeOffset now)
    {
        if (cardOf is { State: SessionState.Pending, OpenedAt: { } opened } && opened + OnThePage > now)
        {
            return opened + OnThePage - now; // whoever is about to agree is not disturbed
        }

        // A refusal counts from when it was given.
        return cardOf is not null ? null : Left(Later(history.LastAutomatic?.CreatedAt, history.Declined.Where(s => s.Origin.IsAutomatic()).Max(s => s.CompletedAt)), options, now);
    }

    private static TimeSpan? TooOften(AskHistory history, AuthorizationOptions options, DateTimeOffset now) =>
        history.Asked.Count < options.RequestsPerMinutePerUser ? null : history.Asked[options.RequestsPerMinutePerUser - 1] + AskHistory.Window - now;

    private static TimeSpan? Left(DateTimeOffset? from, AuthorizationOptions options, DateTimeOffset now) =>
        from + options.CardCooldown - now is { } left && left > TimeSpan.Zero ? left : null;

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b : a;

    /// <summary>Where the ask wants to be seen. One that names no chat is content with any.</summary>
    private static bool IsInPlace(ConsentAsk ask, AuthorizationSession session) =>
        ask.ChatId is null || (session.ChatId == ask.ChatId && session.OnlyVisible == ask.IsGroup);
}

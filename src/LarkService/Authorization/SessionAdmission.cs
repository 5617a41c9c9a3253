using LarkService.Data;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace LarkService.Authorization;

/// <summary>
/// The one door by which sessions come in. What <see cref="AskRules"/> decide and what is stored of it are one short transaction,
/// and of all replicas one at a time goes through it for a user; so limits are kept together, and two wishes at once find each other.
/// </summary>
internal sealed class SessionAdmission(Database database, AuthorizationSessions sessions, LarkApps apps, IOptions<AuthorizationOptions> options, TimeProvider clock)
{
    /// <summary>What is to be done, as far as can be seen without the lock.</summary>
    /// <param name="ask">The wish.</param>
    /// <param name="patient">Whether to wait for a card that another process may be sending.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task<AskDecision> LookAsync(ConsentAsk ask, bool patient, CancellationToken ct) => database.RunAsync(async db => (await DecideAsync(db, ask, patient, ct)).Decision);

    /// <summary>Stores a new session, if that is still what is to be done.</summary>
    /// <param name="ask">The wish.</param>
    /// <param name="session">Made for what the look decided; its link is made already, because no call to the platform waits in here.</param>
    /// <param name="patient">Whether to wait for a card that another process may be sending.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<Admission> AdmitAsync(ConsentAsk ask, AuthorizationSession session, bool patient, CancellationToken ct)
    {
        var admission = await database.TransactAsync(async db =>
        {
            await TakeTurnAsync(db, ask.User, ct);
            var (decision, history) = await DecideAsync(db, ask, patient, ct);
            return decision is AskDecision.Ask asked && asked.Scopes.Equals(session.Scopes)
                ? await StoreAsync(db, session, asked, history, ClickedOn(asked, ask), ct)
                : new Admission(false, decision, []);
        }, ct);
        sessions.Committed();
        return admission;
    }

    // Where the user sees the card that is taken over; of another one nobody knows better than the database.
    private static string? ClickedOn(AskDecision.Ask asked, ConsentAsk ask) => asked.CardOf?.SessionId == ask.CardOf?.SessionId ? ask.Clicked : null;

    private async Task<Admission> StoreAsync(
        LarkDbContext db, AuthorizationSession session, AskDecision.Ask asked, AskHistory history, string? clicked, CancellationToken ct)
    {
        List<(AuthorizationSession Session, SessionState State)> ended = [];
        foreach (var (overdue, state) in history.Overdue.Select(s => (s, SessionState.Expired)).Concat(Replaced(asked)))
        {
            if (await sessions.EndAsync(db, overdue.SessionId, state, null, ct))
            {
                ended.Add((overdue, state)); // an overdue one still holds the place of a new one
            }
        }

        await sessions.AddAsync(db, session, asked.CardOf, clicked, ct);
        return new Admission(true, asked, ended);
    }

    // Without a card to take over they stay until the new one is out.
    private static IEnumerable<(AuthorizationSession Session, SessionState State)> Replaced(AskDecision.Ask asked) =>
        asked.CardOf is null ? [] : asked.Smaller.Select(s => (s, SessionState.Superseded));

    private async Task<(AskDecision Decision, AskHistory History)> DecideAsync(LarkDbContext db, ConsentAsk ask, bool patient, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var history = await AskHistory.ReadAsync(db, ask, options.Value, now, ct);
        return (AskRules.Decide(ask, history, apps.Get(ask.User.AppId).Scopes, options.Value, now, patient), history);
    }

    /// <summary>Held to the end of the transaction. SQLite has one process, and <see cref="Consents"/> lets one wish of a user in at a time.</summary>
    private async Task TakeTurnAsync(LarkDbContext db, UserKey user, CancellationToken ct)
    {
        if (!database.IsSingleProcess)
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({$"lark-consents/{user.AppId}/{user.OpenId}"}, 0))", ct);
        }
    }
}

/// <param name="Stored">The session is in.</param>
/// <param name="Decision">What was, or is instead, to be done.</param>
/// <param name="Ended">Sessions that ended with it.</param>
internal sealed record Admission(bool Stored, AskDecision Decision, IReadOnlyList<(AuthorizationSession Session, SessionState State)> Ended);

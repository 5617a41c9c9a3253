using System.Security.Cryptography;
using System.Text;
using LarkService.Data;
using LarkService.Data.Audit;
using LarkService.Data.Outbox;
using LarkService.Messaging;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace LarkService.Authorization;

/// <summary>
/// The stored sessions. Every step is one statement that names the state it expects, so that of two processes, two clicks or a
/// click and the clock exactly one wins, and a final state never changes.
/// </summary>
internal sealed class AuthorizationSessions(Database database, OutboxPublisher outbox, AuditLog audit, TimeProvider clock)
{
    public Task<AuthorizationSession?> FindAsync(string sessionId, CancellationToken ct) => database.RunAsync(db =>
        db.Set<AuthorizationSession>().AsNoTracking().SingleOrDefaultAsync(s => s.SessionId == sessionId, ct));

    public Task<List<AuthorizationSession>> PendingOfAsync(UserKey user, CancellationToken ct) => database.RunAsync(db =>
        db.Set<AuthorizationSession>().AsNoTracking()
            .Where(s => s.AppId == user.AppId && s.OpenId == user.OpenId && s.State == SessionState.Pending && s.ExpiresAt > clock.GetUtcNow())
            .OrderByDescending(s => s.CreatedAt)
            .ToListAsync(ct));

    /// <summary>
    /// Adds a session in the caller's transaction, on the card of an earlier one when <see cref="AskDecision.Ask.CardOf"/> says so:
    /// that one lets go of it, and the follow-up that shows the new session there is written with it. So a process that dies leaves
    /// either the old card or one that is about to change.
    /// </summary>
    /// <param name="db">The caller's context; the caller commits and then calls <see cref="Committed"/>.</param>
    /// <param name="session">Pending, without a card.</param>
    /// <param name="cardOf">Whose card it takes over; null: it gets one of its own.</param>
    /// <param name="clicked">The message in which its user clicked: a card that was sent anew is on screen before its id is written down.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task AddAsync(LarkDbContext db, AuthorizationSession session, AuthorizationSession? cardOf, string? clicked, CancellationToken ct)
    {
        if (cardOf is { MessageId: { } known } && (cardOf.OnlyVisible ? known : clicked ?? known) is var card && await LetGoOfCardAsync(db, cardOf.SessionId, known, card, ct))
        {
            (session.MessageId, session.ChatId, session.OnlyVisible) = (card, cardOf.ChatId, cardOf.OnlyVisible);
            outbox.Add(db, SessionTopics.Changed, session.SessionId, new SessionChanged(session.SessionId));
        }

        db.Add(session);
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Follow-ups were written in a transaction that has been committed.</summary>
    public void Committed() => outbox.Committed();

    /// <summary>Uses up a <c>state</c>: whoever comes second with it finds nothing.</summary>
    /// <param name="state">As the browser brought it.</param>
    /// <param name="alongside">More to write in the same statement; null for nothing.</param>
    /// <param name="ct">Ends the wait before it is used up: a browser that goes away in that moment must not leave it used up for nothing.</param>
    public async Task<AuthorizationSession?> ConsumeStateAsync(
        string state, Action<AuthorizationSession, UpdateSettersBuilder<AuthorizationSession>>? alongside, CancellationToken ct)
    {
        var hash = Hash(state);
        var session = await database.RunAsync(db => db.Set<AuthorizationSession>().AsNoTracking().SingleOrDefaultAsync(s => s.StateHash == hash, ct));
        if (session is null)
        {
            return null;
        }

        var mine = await database.WriteAsync(db => db.Set<AuthorizationSession>()
            .Where(s => s.SessionId == session.SessionId && s.StateHash == hash)
            .ExecuteUpdateAsync(u =>
            {
                u.SetProperty(s => s.StateHash, (string?)null);
                alongside?.Invoke(session, u);
            }, CancellationToken.None), ct) == 1;
        return mine ? session : null;
    }

    /// <summary>Ends a pending session.</summary>
    /// <param name="session">Which.</param>
    /// <param name="to">A final state.</param>
    /// <param name="errorCode">Why, for <see cref="SessionState.Failed"/>.</param>
    /// <param name="alongside">More to write in the same transaction; saved with it.</param>
    /// <param name="entry">What the audit log tells of it; null when it is nobody's act.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False when it was not pending any more: somebody else ended it, and nothing was written.</returns>
    public async Task<bool> FinishAsync(
        AuthorizationSession session, SessionState to, string? errorCode, Func<LarkDbContext, Task>? alongside, AuditEntry? entry, CancellationToken ct)
    {
        var won = await WithoutCollisionAsync(() => database.TransactAsync(async db =>
        {
            if (!await EndAsync(db, session.SessionId, to, errorCode, ct))
            {
                return false;
            }

            await (alongside?.Invoke(db) ?? Task.CompletedTask);
            await db.SaveChangesAsync(ct);
            await (entry is null ? Task.CompletedTask : audit.AppendAsync(db, entry, ct));
            return true;
        }, ct));
        outbox.Committed();
        return won;
    }

    /// <summary>Ends a pending session in the caller's transaction, with its follow-ups; the caller saves.</summary>
    /// <returns>False when it was not pending any more.</returns>
    public async Task<bool> EndAsync(LarkDbContext db, string sessionId, SessionState to, string? errorCode, CancellationToken ct)
    {
        var ended = await Pending(db, sessionId).ExecuteUpdateAsync(u => u
            .SetProperty(s => s.State, to)
            .SetProperty(s => s.ErrorCode, errorCode)
            .SetProperty(s => s.CompletedAt, clock.GetUtcNow())
            .SetProperty(s => s.PendingKey, (string?)null)
            .SetProperty(s => s.StateHash, (string?)null)
            .SetProperty(s => s.SealedPkceVerifier, (string?)null)
            .SetProperty(s => s.SealedDeviceCode, (string?)null)
            .SetProperty(s => s.SealedLink, (string?)null)
            .SetProperty(s => s.NextPollAt, (DateTimeOffset?)null), ct) == 1;
        if (ended)
        {
            outbox.Add(db, SessionTopics.Changed, sessionId, new SessionChanged(sessionId));
            outbox.Add(db, SessionTopics.Finished, sessionId, new SessionChanged(sessionId));
        }

        return ended;
    }

    // Two sessions of one user may end in the same moment, or the grant may be refreshed meanwhile: the whole step is taken again.
    private static async Task<bool> WithoutCollisionAsync(Func<Task<bool>> step)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await step();
            }
            catch (DbUpdateException) when (attempt < 4)
            {
            }
        }
    }

    /// <summary>Has a card drawn again as what it is now, whoever's it is by now: somebody may have shown an older state on it.</summary>
    public async Task ShowAgainAsync(AuthorizationSession shown, CancellationToken ct)
    {
        var holder = shown.MessageId is not { } card ? shown.SessionId : await HolderOfAsync(shown.User, card, ct);
        if (holder is not null)
        {
            await ShowAgainAsync(holder, ct);
        }
    }

    /// <summary>Has a card drawn again that this session was drawn on, when it is another one's by now.</summary>
    public async Task ShowOthersAsync(AuthorizationSession drawn, string messageId, CancellationToken ct)
    {
        if (await HolderOfAsync(drawn.User, messageId, ct) is { } holder && holder != drawn.SessionId)
        {
            await ShowAgainAsync(holder, ct);
        }
    }

    private Task<string?> HolderOfAsync(UserKey user, string messageId, CancellationToken ct) => database.RunAsync(db => db.Set<AuthorizationSession>()
        .Where(s => s.AppId == user.AppId && s.OpenId == user.OpenId && s.MessageId == messageId).Select(s => s.SessionId).FirstOrDefaultAsync(ct));

    /// <summary>Has the session's card drawn again.</summary>
    public async Task ShowAgainAsync(string sessionId, CancellationToken ct)
    {
        await database.WriteAsync(db =>
        {
            outbox.Add(db, SessionTopics.Changed, sessionId, new SessionChanged(sessionId));
            return db.SaveChangesAsync(ct);
        }, ct);
        outbox.Committed();
    }

    /// <summary>Changes a pending session and has its card follow.</summary>
    /// <returns>False when it was not pending any more, or has another link than the one that was read.</returns>
    public async Task<bool> ChangeAsync(AuthorizationSession session, Action<UpdateSettersBuilder<AuthorizationSession>> change, bool showOnCard, CancellationToken ct)
    {
        var changed = await database.TransactAsync(async db =>
        {
            if (await Pending(db, session.SessionId).Where(s => s.SealedLink == session.SealedLink).ExecuteUpdateAsync(change, ct) != 1)
            {
                return false;
            }

            if (showOnCard)
            {
                outbox.Add(db, SessionTopics.Changed, session.SessionId, new SessionChanged(session.SessionId));
                await db.SaveChangesAsync(ct);
            }

            return true;
        }, ct);
        outbox.Committed();
        return changed;
    }

    /// <summary>Where the card is; also for sessions that have ended meanwhile.</summary>
    public Task CardSentAsync(string sessionId, string messageId, string? chatId, bool onlyVisible, CancellationToken ct) => database.WriteAsync(db =>
        db.Set<AuthorizationSession>().Where(s => s.SessionId == sessionId).ExecuteUpdateAsync(u => u
            .SetProperty(s => s.MessageId, messageId)
            .SetProperty(s => s.ChatId, s => chatId ?? s.ChatId)
            .SetProperty(s => s.OnlyVisible, onlyVisible), ct), ct);

    /// <summary>A new message has taken the place of one that is gone, whichever of the user's sessions shows itself there by now.</summary>
    public Task CardMovedAsync(UserKey user, string from, SentMessage to, CancellationToken ct) => database.WriteAsync(db =>
        db.Set<AuthorizationSession>().Where(s => s.AppId == user.AppId && s.OpenId == user.OpenId && s.MessageId == from).ExecuteUpdateAsync(u => u
            .SetProperty(s => s.MessageId, to.MessageId)
            .SetProperty(s => s.ChatId, to.ChatId)
            .SetProperty(s => s.OnlyVisible, false), ct), ct);

    /// <summary>The card is not this session's any more: another one has it, or nobody is there to see it.</summary>
    public Task LetGoOfCardAsync(string sessionId, CancellationToken ct) => database.WriteAsync(db =>
        db.Set<AuthorizationSession>().Where(s => s.SessionId == sessionId).ExecuteUpdateAsync(u => u.SetProperty(s => s.MessageId, (string?)null), ct), ct);

    private static async Task<bool> LetGoOfCardAsync(LarkDbContext db, string sessionId, string known, string clicked, CancellationToken ct) =>
        await db.Set<AuthorizationSession>().Where(s => s.SessionId == sessionId && (s.MessageId == known || s.MessageId == clicked))
            .ExecuteUpdateAsync(u => u.SetProperty(s => s.MessageId, (string?)null), ct) == 1;

    /// <summary>It may be the id of a session; what comes from outside need not be asked of the database otherwise.</summary>
    public static bool IsId(string id) => id.Length is > 0 and <= 32 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    public static string Hash(string state) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)));

    public static string PendingKeyFor(UserKey user, ScopeSet scopes) => Hash($"{user.AppId}|{user.OpenId}|{scopes}");

    private static IQueryable<AuthorizationSession> Pending(LarkDbContext db, string sessionId) =>
        db.Set<AuthorizationSession>().Where(s => s.SessionId == sessionId && s.State == SessionState.Pending);
}

using System.Security.Cryptography;
using System.Text;
using LarkService.Data;
using LarkService.Data.Audit;
using LarkService.Data.Outbox;
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

    /// <summary>Sessions of the user whose time is over, but which nobody has ended yet.</summary>
    public Task<List<AuthorizationSession>> OverdueOfAsync(UserKey user, CancellationToken ct) => database.RunAsync(db =>
        db.Set<AuthorizationSession>().AsNoTracking()
            .Where(s => s.AppId == user.AppId && s.OpenId == user.OpenId && s.State == SessionState.Pending && s.ExpiresAt <= clock.GetUtcNow())
            .ToListAsync(ct));

    /// <summary>When the user was asked lately, newest first; the user's own wishes and other people's are counted apart.</summary>
    public Task<List<DateTimeOffset>> AskedSinceAsync(UserKey user, bool byUser, DateTimeOffset since, CancellationToken ct) => database.RunAsync(db =>
        db.Set<AuthorizationSession>()
            .Where(s => s.AppId == user.AppId && s.OpenId == user.OpenId && s.CreatedAt > since && (s.Origin == SessionOrigin.Chat) == byUser)
            .OrderByDescending(s => s.CreatedAt)
            .Select(s => s.CreatedAt)
            .ToListAsync(ct));

    /// <returns>False when the same request is pending already.</returns>
    public async Task<bool> AddAsync(AuthorizationSession session, CancellationToken ct)
    {
        try
        {
            await database.RunAsync(db =>
            {
                db.Add(session);
                return db.SaveChangesAsync(ct);
            });
            return true;
        }
        catch (DbUpdateException) when (session.PendingKey is { } key)
        {
            if (await database.RunAsync(db => db.Set<AuthorizationSession>().AnyAsync(s => s.PendingKey == key, ct)))
            {
                return false;
            }

            throw;
        }
    }

    /// <summary>Uses up a <c>state</c>: whoever comes second with it finds nothing.</summary>
    /// <param name="state">As the browser brought it.</param>
    /// <param name="alongside">More to write in the same statement; null for nothing.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<AuthorizationSession?> ConsumeStateAsync(
        string state, Action<AuthorizationSession, UpdateSettersBuilder<AuthorizationSession>>? alongside, CancellationToken ct)
    {
        var hash = Hash(state);
        var session = await database.RunAsync(db => db.Set<AuthorizationSession>().AsNoTracking().SingleOrDefaultAsync(s => s.StateHash == hash, ct));
        if (session is null)
        {
            return null;
        }

        var mine = await database.RunAsync(db => db.Set<AuthorizationSession>()
            .Where(s => s.SessionId == session.SessionId && s.StateHash == hash)
            .ExecuteUpdateAsync(u =>
            {
                u.SetProperty(s => s.StateHash, (string?)null);
                alongside?.Invoke(session, u);
            }, ct)) == 1;
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
            var changed = await Pending(db, session.SessionId).ExecuteUpdateAsync(u => u
                .SetProperty(s => s.State, to)
                .SetProperty(s => s.ErrorCode, errorCode)
                .SetProperty(s => s.CompletedAt, clock.GetUtcNow())
                .SetProperty(s => s.PendingKey, (string?)null)
                .SetProperty(s => s.StateHash, (string?)null)
                .SetProperty(s => s.SealedPkceVerifier, (string?)null)
                .SetProperty(s => s.SealedDeviceCode, (string?)null)
                .SetProperty(s => s.SealedLink, (string?)null)
                .SetProperty(s => s.NextPollAt, (DateTimeOffset?)null), ct) == 1;
            if (!changed)
            {
                return false;
            }

            await (alongside?.Invoke(db) ?? Task.CompletedTask);
            outbox.Add(db, SessionTopics.Changed, session.SessionId, new SessionChanged(session.SessionId));
            outbox.Add(db, SessionTopics.Finished, session.SessionId, new SessionChanged(session.SessionId));
            await db.SaveChangesAsync(ct);
            await (entry is null ? Task.CompletedTask : audit.AppendAsync(db, entry, ct));
            return true;
        }, ct));
        outbox.Committed();
        return won;
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

    /// <summary>Has the card drawn again, because somebody may have shown an older state on it.</summary>
    public async Task ShowAgainAsync(string sessionId, CancellationToken ct)
    {
        await database.RunAsync(db =>
        {
            outbox.Add(db, SessionTopics.Changed, sessionId, new SessionChanged(sessionId));
            return db.SaveChangesAsync(ct);
        });
        outbox.Committed();
    }

    /// <summary>Changes a pending session and has its card follow.</summary>
    /// <returns>False when it was not pending any more.</returns>
    public async Task<bool> ChangeAsync(string sessionId, Action<UpdateSettersBuilder<AuthorizationSession>> change, bool showOnCard, CancellationToken ct)
    {
        var changed = await database.TransactAsync(async db =>
        {
            if (await Pending(db, sessionId).ExecuteUpdateAsync(change, ct) != 1)
            {
                return false;
            }

            if (showOnCard)
            {
                outbox.Add(db, SessionTopics.Changed, sessionId, new SessionChanged(sessionId));
                await db.SaveChangesAsync(ct);
            }

            return true;
        }, ct);
        outbox.Committed();
        return changed;
    }

    /// <summary>Where the card is; also for sessions that have ended meanwhile.</summary>
    public Task CardSentAsync(string sessionId, string messageId, string? chatId, bool onlyVisible, CancellationToken ct) => database.RunAsync(db =>
        db.Set<AuthorizationSession>().Where(s => s.SessionId == sessionId).ExecuteUpdateAsync(u => u
            .SetProperty(s => s.MessageId, messageId)
            .SetProperty(s => s.ChatId, s => chatId ?? s.ChatId)
            .SetProperty(s => s.OnlyVisible, onlyVisible), ct));

    /// <summary>Another session shows itself on this one's card now.</summary>
    public Task LetGoOfCardAsync(string sessionId, CancellationToken ct) => database.RunAsync(db =>
        db.Set<AuthorizationSession>().Where(s => s.SessionId == sessionId).ExecuteUpdateAsync(u => u.SetProperty(s => s.MessageId, (string?)null), ct));

    public static string Hash(string state) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)));

    public static string PendingKeyFor(UserKey user, ScopeSet scopes) => Hash($"{user.AppId}|{user.OpenId}|{scopes}");

    private static IQueryable<AuthorizationSession> Pending(LarkDbContext db, string sessionId) =>
        db.Set<AuthorizationSession>().Where(s => s.SessionId == sessionId && s.State == SessionState.Pending);
}

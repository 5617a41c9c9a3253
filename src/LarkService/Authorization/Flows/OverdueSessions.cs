using System.Collections.Concurrent;
using LarkService.Data;
using LarkService.Data.Outbox;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Authorization.Flows;

/// <summary>
/// Pending sessions whose time is over, ended many at once: thousands may run out in one minute. What waits for the end is told at once;
/// the cards follow as fast as leaves the platform room for others.
/// </summary>
internal sealed class OverdueSessions(Database database, OutboxPublisher outbox, TimeProvider clock)
{
    public const int Batch = 100;

    /// <summary>
    /// Cards of an app that change because time has passed: a hundred at once, then eight a second on each replica. The platform takes
    /// 1000 changes in a minute, and people who have just agreed are waiting for theirs.
    /// </summary>
    private static readonly TimeSpan CardsApart = TimeSpan.FromMilliseconds(125);

    private const int CardsTogether = 100;

    /// <summary>The card may say that it is over 15 s after it is.</summary>
    private static readonly TimeSpan LastAnswer = TimeSpan.FromSeconds(8);

    /// <summary>By then a turn that has ended would have been taken by somebody.</summary>
    private static readonly TimeSpan TakenUp = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, TimesApart> _cards = new(StringComparer.Ordinal); // apps that are configured

    /// <summary>
    /// The longest overdue. Whoever came back in time is not told that the time is over while the code is exchanged, by another process if
    /// need be, or while the last poll is on its way.
    /// </summary>
    public Task<List<AuthorizationSession>> FindAsync(CancellationToken ct) => database.RunAsync(db =>
    {
        var now = clock.GetUtcNow();
        var (answered, forgotten) = (now - LastAnswer, now - TakenUp);
        return db.Set<AuthorizationSession>().AsNoTracking()
            .Where(s => s.State == SessionState.Pending && s.ExpiresAt <= now)
            .Where(s => s.Flow == SessionFlow.Redirect ? s.SealedDeviceCode == null || s.NextPollAt <= forgotten : s.OpenedAt == null || s.ExpiresAt <= answered)
            .OrderBy(s => s.ExpiresAt)
            .Take(Batch)
            .ToListAsync(ct);
    });

    /// <summary>Ends them in one transaction.</summary>
    /// <returns>Those that were pending still.</returns>
    public async Task<IReadOnlyList<AuthorizationSession>> EndAsync(IReadOnlyList<AuthorizationSession> overdue, CancellationToken ct)
    {
        var ended = await database.TransactAsync(async db =>
        {
            var mine = await EndAsync(db, overdue, ct);
            foreach (var session in mine)
            {
                outbox.Add(db, SessionTopics.Changed, session.SessionId, new SessionChanged(session.SessionId), CardDue(session));
                outbox.Add(db, SessionTopics.Finished, session.SessionId, new SessionChanged(session.SessionId));
            }

            await db.SaveChangesAsync(ct);
            return mine;
        }, ct);
        outbox.Committed();
        return ended;
    }

    private async Task<List<AuthorizationSession>> EndAsync(LarkDbContext db, IReadOnlyList<AuthorizationSession> overdue, CancellationToken ct)
    {
        var ids = overdue.Select(s => s.SessionId).ToList();
        var now = clock.GetUtcNow();
        var ended = await db.Set<AuthorizationSession>()
            .Where(s => ids.Contains(s.SessionId) && s.State == SessionState.Pending)
            .ExecuteUpdateAsync(u => u
                .SetProperty(s => s.State, SessionState.Expired)
                .SetProperty(s => s.CompletedAt, now)
                .SetProperty(s => s.PendingKey, (string?)null)
                .SetProperty(s => s.StateHash, (string?)null)
                .SetProperty(s => s.SealedPkceVerifier, (string?)null)
                .SetProperty(s => s.SealedDeviceCode, (string?)null)
                .SetProperty(s => s.SealedLink, (string?)null)
                .SetProperty(s => s.NextPollAt, (DateTimeOffset?)null), ct);

        // Another replica may have ended some of them in this moment; ours bear our time.
        var ours = ended == ids.Count ? ids : await db.Set<AuthorizationSession>()
            .Where(s => ids.Contains(s.SessionId) && s.State == SessionState.Expired && s.CompletedAt == now)
            .Select(s => s.SessionId)
            .ToListAsync(ct);
        return [.. overdue.IntersectBy(ours, s => s.SessionId)];
    }

    private DateTimeOffset CardDue(AuthorizationSession session) =>
        _cards.GetOrAdd(session.AppId, _ => new TimesApart(CardsApart, CardsTogether)).Next(clock.GetUtcNow(), DateTimeOffset.MaxValue)!.Value;
}

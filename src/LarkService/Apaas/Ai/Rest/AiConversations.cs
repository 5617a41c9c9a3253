using LarkService.Data;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>The conversations of other systems. One question of each is answered at a time, on whatever replica: whoever may, says one statement.</summary>
internal sealed class AiConversations(Database database, LeaseOwner owner, TimeProvider clock)
{
    /// <summary>Longer than a question is worked on; a process that dies leaves its conversation busy so long.</summary>
    public static readonly TimeSpan Lease = AilyRuns.LongestWait + TimeSpan.FromSeconds(30);

    /// <summary>So long after its question an answer can be read on, unless another question has followed.</summary>
    public static readonly TimeSpan Readable = TimeSpan.FromMinutes(10);

    /// <returns>Null when there is none that this caller holds for this user.</returns>
    public Task<AiConversation?> FindAsync(string id, UserKey user, string callerId, CancellationToken ct) => database.RunAsync(db => db.Set<AiConversation>().AsNoTracking()
        .SingleOrDefaultAsync(c => c.Id == id && c.AppId == user.AppId && c.OpenId == user.OpenId && c.CallerId == callerId, ct));

    /// <returns>The conversation whose latest question this is; null when there is none whose answer can be read on.</returns>
    public Task<AiConversation?> FindTurnAsync(string turnId, UserKey user, string callerId, CancellationToken ct)
    {
        var after = clock.GetUtcNow() - Readable;
        return database.RunAsync(db => db.Set<AiConversation>().AsNoTracking().SingleOrDefaultAsync(
            c => c.TurnId == turnId && c.AppId == user.AppId && c.OpenId == user.OpenId && c.CallerId == callerId && c.RunId != null && c.TurnStartedAt > after, ct));
    }

    /// <summary>A new one, with its first question.</summary>
    public Task AddAsync(UserKey user, AiAsk ask, string sessionId, string reader, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return database.WriteAsync(db =>
        {
            db.Add(new AiConversation
            {
                Id = ask.ConversationId,
                AppId = user.AppId,
                OpenId = user.OpenId,
                CallerId = ask.CallerId,
                AilySessionId = sessionId,
                TurnId = ask.TurnId,
                TurnStartedAt = now,
                TurnIsOpen = true,
                Reader = reader,
                BusyOwner = owner.Id,
                BusyUntil = now + Lease,
                CreatedAt = now,
                UsedAt = now,
            });
            return db.SaveChangesAsync(ct);
        }, ct);
    }

    /// <summary>Begins a question; or goes on with it, when an earlier attempt at the same one was broken off.</summary>
    /// <returns>False while another question is being answered.</returns>
    public async Task<bool> ClaimAsync(AiConversation known, string turnId, string reader, CancellationToken ct)
    {
        var (now, me, alone) = (clock.GetUtcNow(), owner.Id, database.IsSingleProcess);
        var (until, started, run) = (now + Lease, known.TurnId == turnId ? known.TurnStartedAt : now, known.TurnId == turnId ? known.RunId : null);
        return await database.WriteAsync(db => db.Set<AiConversation>()
            .Where(c => c.Id == known.Id && c.TurnId == known.TurnId)
            .Where(c => c.BusyUntil == null || c.BusyUntil <= now || c.TurnId == turnId || (alone && c.BusyOwner != me))
            .ExecuteUpdateAsync(u => u
                .SetProperty(c => c.TurnId, turnId)
                .SetProperty(c => c.TurnStartedAt, started)
                .SetProperty(c => c.RunId, run)
                .SetProperty(c => c.TurnIsOpen, true)
                .SetProperty(c => c.Reader, reader)
                .SetProperty(c => c.BusyOwner, me)
                .SetProperty(c => c.BusyUntil, until)
                .SetProperty(c => c.UsedAt, now), ct), ct) == 1;
    }

    /// <summary>Goes on reading an answer that somebody else may have begun to read.</summary>
    /// <returns>False when its end has been seen meanwhile, or another question has followed.</returns>
    public async Task<bool> TakeOverAsync(OpenTurn turn, CancellationToken ct)
    {
        var (me, until) = (owner.Id, clock.GetUtcNow() + Lease);
        return await database.WriteAsync(db => db.Set<AiConversation>()
            .Where(c => c.Id == turn.ConversationId && c.TurnId == turn.TurnId && c.TurnIsOpen)
            .ExecuteUpdateAsync(u => u.SetProperty(c => c.Reader, turn.Reader).SetProperty(c => c.BusyOwner, me).SetProperty(c => c.BusyUntil, until), ct), ct) == 1;
    }

    public Task NoteSessionAsync(string id, string turnId, string sessionId, CancellationToken ct) => database.WriteAsync(db => db.Set<AiConversation>()
        .Where(c => c.Id == id && c.TurnId == turnId)
        .ExecuteUpdateAsync(u => u.SetProperty(c => c.AilySessionId, sessionId), ct), ct);

    public Task NoteRunAsync(string id, string turnId, string sessionId, string runId, CancellationToken ct) => database.WriteAsync(db => db.Set<AiConversation>()
        .Where(c => c.Id == id && c.TurnId == turnId)
        .ExecuteUpdateAsync(u => u.SetProperty(c => c.AilySessionId, sessionId).SetProperty(c => c.RunId, runId), ct), ct);

    /// <summary>The reader left: another question may be asked, or this answer read on.</summary>
    public Task LeaveAsync(string id, string turnId, string reader) => database.WriteAsync(db => Mine(db, id, turnId, reader)
        .ExecuteUpdateAsync(u => u.SetProperty(c => c.BusyOwner, (string?)null).SetProperty(c => c.BusyUntil, (DateTimeOffset?)null), CancellationToken.None), CancellationToken.None);

    /// <summary>The question is over.</summary>
    /// <returns>False when somebody else has taken the reader's place, or seen the end.</returns>
    public async Task<bool> EndAsync(string id, string turnId, string reader)
    {
        var now = clock.GetUtcNow();
        return await database.WriteAsync(db => Mine(db, id, turnId, reader).Where(c => c.TurnIsOpen).ExecuteUpdateAsync(u => u
            .SetProperty(c => c.TurnIsOpen, false)
            .SetProperty(c => c.BusyOwner, (string?)null)
            .SetProperty(c => c.BusyUntil, (DateTimeOffset?)null)
            .SetProperty(c => c.UsedAt, now), CancellationToken.None), CancellationToken.None) == 1;
    }

    private static IQueryable<AiConversation> Mine(LarkDbContext db, string id, string turnId, string reader) =>
        db.Set<AiConversation>().Where(c => c.Id == id && c.TurnId == turnId && c.Reader == reader);
}

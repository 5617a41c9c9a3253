using LarkService.Data;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Apaas.Ai;

/// <summary>The turns of all conversations.</summary>
internal sealed class AiTurns(Database database, TimeProvider clock)
{
    /// <summary>A conversation that rested longer begins anew: nobody remembers what it was about.</summary>
    public static readonly TimeSpan SessionRest = TimeSpan.FromHours(24);

    public Task<AiTurn?> FindAsync(string messageId, CancellationToken ct) =>
        database.RunAsync(db => db.Set<AiTurn>().AsNoTracking().SingleOrDefaultAsync(t => t.MessageId == messageId, ct));

    /// <summary>The session of the latest turn, unless it has rested too long.</summary>
    public async Task<string?> SessionOfAsync(UserKey user, string chatId, CancellationToken ct)
    {
        var latest = await database.RunAsync(db => db.Set<AiTurn>().AsNoTracking()
            .Where(t => t.AppId == user.AppId && t.OpenId == user.OpenId && t.ChatId == chatId && t.AilySessionId != null)
            .OrderByDescending(t => t.CreatedAt)
            .FirstOrDefaultAsync(ct));
        return latest is not null && clock.GetUtcNow() - (latest.FinishedAt ?? latest.CreatedAt) <= SessionRest ? latest.AilySessionId : null;
    }

    /// <summary>Notes the progress of a turn, new or known.</summary>
    public Task SaveAsync(AiTurn turn, CancellationToken ct) => database.WriteAsync(async db =>
    {
        var known = await db.Set<AiTurn>().AnyAsync(t => t.MessageId == turn.MessageId, ct);
        db.Entry(turn).State = known ? EntityState.Modified : EntityState.Added;
        return await db.SaveChangesAsync(ct);
    }, ct);
}

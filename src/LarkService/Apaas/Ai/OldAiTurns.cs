using LarkService.Data;
using LarkService.Data.Tidying;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Apaas.Ai;

/// <summary>Turns of conversations that nobody goes on with: after a day of rest the next question begins a new one.</summary>
internal sealed class OldAiTurns : IOldRows
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public string Name => "AI turns";

    public Task<int> RemoveAsync(LarkDbContext db, DateTimeOffset now, int atMost, CancellationToken ct)
    {
        var before = now - Kept;
        return db.Set<AiTurn>().Where(t => t.CreatedAt <= before).OrderBy(t => t.CreatedAt).Take(atMost).ExecuteDeleteAsync(ct);
    }
}

using LarkService.Data.Tidying;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Data.Outbox;

/// <summary>Follow-ups that were given up a month ago: no operator will look any more.</summary>
internal sealed class DeadMessages : IOldRows
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public string Name => "follow-ups given up";

    public Task<int> RemoveAsync(LarkDbContext db, DateTimeOffset now, int atMost, CancellationToken ct)
    {
        var before = now - Kept;
        return db.Set<OutboxMessage>().Where(m => m.Dead && m.DueAt <= before).OrderBy(m => m.DueAt).Take(atMost).ExecuteDeleteAsync(ct);
    }
}

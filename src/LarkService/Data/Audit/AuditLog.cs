using Microsoft.EntityFrameworkCore;

namespace LarkService.Data.Audit;

/// <summary>
/// Writes the audit log. Every row carries a hash over itself and the row before, so that one that was changed or removed shows.
/// A row is written in the transaction of what it tells of: neither is there without the other.
/// </summary>
internal sealed class AuditLog(Database database, TimeProvider clock)
{
    private const string Head = "SELECT id, number, hash FROM audit_head WHERE id = 1";

    /// <summary>Appends in the caller's transaction. Others who append wait until it ends, so it comes last in there.</summary>
    public async Task AppendAsync(LarkDbContext db, AuditEntry entry, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is null)
        {
            throw new InvalidOperationException("The audit log is written in a transaction only.");
        }

        var sql = database.IsSingleProcess ? Head : Head + " FOR UPDATE";
        var head = await db.Set<AuditHead>().FromSqlRaw(sql).AsNoTracking().SingleAsync(ct);
        var row = AuditChain.Next(head.Number, head.Hash, entry, clock.GetUtcNow());
        db.Add(row);
        await db.SaveChangesAsync(ct);
        await db.Set<AuditHead>().Where(h => h.Id == 1).ExecuteUpdateAsync(u => u.SetProperty(h => h.Number, row.Number).SetProperty(h => h.Hash, row.Hash), ct);
    }

    /// <summary>Appends something that has no transaction of its own.</summary>
    public async Task AppendAsync(AuditEntry entry, CancellationToken ct)
    {
        using var turn = await database.TakeTurnAsync(ct);
        await database.TransactAsync(async db =>
        {
            await AppendAsync(db, entry, ct);
            return true;
        }, ct);
    }
}

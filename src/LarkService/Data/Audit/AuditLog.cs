using Microsoft.EntityFrameworkCore;

namespace LarkService.Data.Audit;

/// <summary>
/// Writes the audit log. Every row carries a hash over itself and the row before, so that one that was changed or removed shows.
/// A row is written in the transaction of what it tells of: neither is there without the other.
/// </summary>
internal sealed class AuditLog : IAsyncDisposable
{
    private const string Head = "SELECT id, number, hash FROM audit_head WHERE id = 1";
    private const int Room = 1024;
    private const int MostRows = 256;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly GroupCommit<AuditEntry, bool> _commits;
    private readonly Database _database;
    private readonly TimeProvider _clock;

    public AuditLog(Database database, TimeProvider clock)
    {
        (_database, _clock) = (database, clock);
        _commits = new(Room, MostRows, CommitAsync);
    }

    /// <summary>Appends in the caller's transaction. Others who append wait until it ends, so it comes last in there.</summary>
    public Task AppendAsync(LarkDbContext db, AuditEntry entry, CancellationToken ct) => AppendAsync(db, [entry], ct);

    /// <summary>
    /// Appends something that has no transaction of its own; returns once it is committed. Those that come together share a
    /// transaction: each alone would hold a connection while it waits for the end of the log.
    /// </summary>
    /// <exception cref="TimeoutException">The database took too long.</exception>
    public Task AppendAsync(AuditEntry entry, CancellationToken ct) => _commits.AddAsync(entry, Limit, _clock, ct);

    public ValueTask DisposeAsync() => _commits.DisposeAsync();

    private async Task CommitAsync(IReadOnlyList<GroupCommit<AuditEntry, bool>.Entry> batch)
    {
        using var limit = new CancellationTokenSource(Limit, _clock);
        await _database.TransactAsync(async db =>
        {
            await AppendAsync(db, [.. batch.Select(b => b.Item)], limit.Token);
            return true;
        }, limit.Token);
        foreach (var entry in batch)
        {
            entry.TrySetResult(true);
        }
    }

    private async Task AppendAsync(LarkDbContext db, IReadOnlyList<AuditEntry> entries, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is null)
        {
            throw new InvalidOperationException("The audit log is written in a transaction only.");
        }

        var sql = _database.IsSingleProcess ? Head : Head + " FOR UPDATE";
        var head = await db.Set<AuditHead>().FromSqlRaw(sql).AsNoTracking().SingleAsync(ct);
        var (number, hash) = (head.Number, head.Hash);
        foreach (var entry in entries)
        {
            var row = AuditChain.Next(number, hash, entry, _clock.GetUtcNow());
            db.Add(row);
            (number, hash) = (row.Number, row.Hash);
        }

        await db.SaveChangesAsync(ct);
        await db.Set<AuditHead>().Where(h => h.Id == 1).ExecuteUpdateAsync(u => u.SetProperty(h => h.Number, number).SetProperty(h => h.Hash, hash), ct);
    }
}

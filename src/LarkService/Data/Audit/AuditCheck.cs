using Microsoft.EntityFrameworkCore;

namespace LarkService.Data.Audit;

/// <summary>
/// Walks the audit log from its first row to its head and reckons every hash again. Rows that are appended meanwhile are not
/// looked at. Whoever can write the whole log anew, head and all, is found out only by a head that was kept elsewhere.
/// </summary>
internal sealed class AuditCheck(Database database)
{
    private const int Page = 1000;

    /// <param name="start">Called with the number of rows; what it returns hears how many were looked at.</param>
    /// <param name="ct">Ends the check.</param>
    public async Task<AuditFinding> RunAsync(Func<long, IProgress<int>> start, CancellationToken ct)
    {
        var (head, longest) = await HeadAsync(ct);
        if (head is null)
        {
            return new AuditFinding(0, null, "The row that tells where the log ends (audit_head) is gone.");
        }

        var progress = start(head.Number);
        var (number, hash) = (0L, AuditHead.Beginning);
        while (number < head.Number)
        {
            var after = number;
            var rows = await database.RunAsync(db => db.Set<AuditRow>().AsNoTracking()
                .Where(r => r.Number > after && r.Number <= head.Number).OrderBy(r => r.Number).Take(Page).ToListAsync(ct));
            foreach (var row in rows)
            {
                if (FaultIn(number, hash, row) is { } fault)
                {
                    return new AuditFinding(number, head.Hash, fault);
                }

                (number, hash) = (row.Number, row.Hash);
            }

            if (rows.Count == 0)
            {
                return new AuditFinding(number, head.Hash, $"Row {number + 1} is gone, and so is every one up to {head.Number}: the end of the log was cut off.");
            }

            progress.Report(rows.Count);
        }

        return new AuditFinding(number, head.Hash, hash != head.Hash ? $"Row {number} is not the one that audit_head names as the last."
            : longest > head.Number ? $"Row {head.Number + 1} stands behind the end of the log: it was not written by the service."
            : null);
    }

    private static string? FaultIn(long lastNumber, string lastHash, AuditRow row) =>
        row.Number > lastNumber + 1 ? $"Row {lastNumber + 1} is gone{(row.Number > lastNumber + 2 ? $", and so is every one up to {row.Number - 1}" : "")}."
        : row.Number != lastNumber + 1 ? $"Row {row.Number} has no place in the log: the first number is 1."
        : AuditChain.HashOf(lastHash, row) != row.Hash ? $"Row {row.Number} was changed, or the row before it was."
        : null;

    // One statement sees one moment: what is appended next is in neither of the two.
    private async Task<(AuditHead? Head, long Longest)> HeadAsync(CancellationToken ct)
    {
        var found = await database.RunAsync(db => db.Set<AuditHead>().AsNoTracking()
            .Where(h => h.Id == 1)
            .Select(h => new { Head = h, Longest = db.Set<AuditRow>().Max(r => (long?)r.Number) ?? 0 })
            .SingleOrDefaultAsync(ct));
        return (found?.Head, found?.Longest ?? 0);
    }
}

/// <param name="Rows">Rows that are in order, from the first on.</param>
/// <param name="Head">Hash of the last row, to be kept where nobody can change it; null without one.</param>
/// <param name="Fault">The first that is not in order; null: all is well.</param>
internal sealed record AuditFinding(long Rows, string? Head, string? Fault);

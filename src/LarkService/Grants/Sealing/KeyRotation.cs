using LarkService.Data;
using LarkService.Data.Audit;

namespace LarkService.Grants.Sealing;

/// <summary>
/// Seals everything anew with the active key, beside a running service: in short turns, and never over what somebody else has
/// written meanwhile. What is done stays done, so whoever runs it again goes on.
/// </summary>
internal sealed class KeyRotation(SealedRows rows, SealCheck check, IEnumerable<SealedTable> tables, TokenSeal seal, AuditLog audit, Database database, TimeProvider clock)
{
    private const int Page = 50;
    private const int MostFaults = 1000;

    /// <summary>A service beside us may have sealed with the old key behind our back; so we look again, but not for ever.</summary>
    private const int Passes = 3;
    private const int TriesForRow = 5;

    /// <param name="before">What there is to do; no key may be missing.</param>
    /// <param name="progress">Hears how many values were sealed anew.</param>
    /// <param name="ct">Ends the work; what is done stays.</param>
    public async Task<RotationResult> RunAsync(SealSurvey before, IProgress<int> progress, CancellationToken ct)
    {
        await TellAsync("started", $"to {seal.ActiveKeyId}; before: {before}", ct);
        Dictionary<(string, string, string), SealFault> faults = [];
        var resealed = 0;
        for (var pass = 1; ; pass++)
        {
            var done = await PassAsync(progress, faults, ct);
            resealed += done;
            var left = (await check.SurveyAsync(ct)).NotOn(seal.ActiveKeyId);
            if (left == 0 || done == 0 || pass == Passes)
            {
                var result = new RotationResult(resealed, left, [.. faults.Values]);
                var detail = $"{resealed} values sealed anew with {seal.ActiveKeyId}; {left} left with another key; {faults.Count} do not open";
                await TellAsync(result.IsComplete ? "finished" : "unfinished", detail, ct);
                return result;
            }
        }
    }

    private async Task<int> PassAsync(IProgress<int> progress, Dictionary<(string, string, string), SealFault> faults, CancellationToken ct)
    {
        var resealed = 0;
        foreach (var table in tables)
        {
            await foreach (var page in rows.PagesAsync(table, headsOnly: false, Page, ct))
            {
                var done = await ResealAsync(table, page, faults, ct);
                resealed += done;
                progress.Report(done);
            }
        }

        return resealed;
    }

    private async Task<int> ResealAsync(SealedTable table, IReadOnlyList<SealedRow> page, Dictionary<(string, string, string), SealFault> faults, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        var done = 0;
        List<(SealedRow Old, string?[] New)> todo = [.. page.Select(row => (row, Resealed(table, row, faults))).Where(r => Changes(r) > 0)];
        for (var attempt = 0; todo.Count > 0 && attempt < TriesForRow; attempt++)
        {
            var busy = await rows.ReplaceAsync(table, todo, ct);
            done += todo.Where(r => !busy.Contains(r.Old)).Sum(Changes);
            todo = await AgainAsync(table, busy, faults, ct);
        }

        if (done > 0 && database.IsSingleProcess)
        {
            await Task.Delay(clock.GetElapsedTime(started), clock, ct); // half of the time belongs to the service, which waits while we write
        }

        return done;
    }

    private async Task<List<(SealedRow Old, string?[] New)>> AgainAsync(
        SealedTable table, List<SealedRow> changedMeanwhile, Dictionary<(string, string, string), SealFault> faults, CancellationToken ct)
    {
        List<(SealedRow Old, string?[] New)> again = [];
        foreach (var row in changedMeanwhile)
        {
            if (await rows.FindAsync(table, row.Key, ct) is { } now && Resealed(table, now, faults) is var next && Changes((now, next)) > 0)
            {
                again.Add((now, next));
            }
        }

        return again;
    }

    private static int Changes((SealedRow Old, string?[] New) row) => row.New.Where((value, i) => value != row.Old.Values[i]).Count();

    private string?[] Resealed(SealedTable table, SealedRow row, Dictionary<(string, string, string), SealFault> faults) =>
        [.. table.Columns.Select((column, i) => row.Values[i] is { } value ? Resealed(table, column, row, value, faults) : null)];

    private string Resealed(SealedTable table, SealedColumn column, SealedRow row, string value, Dictionary<(string, string, string), SealFault> faults)
    {
        if (TokenSeal.KeyIdOf(value) == seal.ActiveKeyId)
        {
            return value;
        }

        try
        {
            var purpose = column.Purpose(row.Id);
            return seal.Seal(seal.Open(value, row.User, purpose), row.User, purpose);
        }
        catch (SealException e)
        {
            if (faults.Count < MostFaults)
            {
                faults[(table.Name, column.Name, row.Id)] = new SealFault(table.Name, column.Name, row.Id, e.Message);
            }

            return value;
        }
    }

    private Task TellAsync(string result, string detail, CancellationToken ct) =>
        audit.AppendAsync(new AuditEntry("operator", AuditActions.KeyRotation, result) { Detail = detail }, ct);
}

/// <param name="Resealed">Values that were sealed anew.</param>
/// <param name="Left">Values that another key still opens.</param>
/// <param name="Faults">Values that no key opens; they were left as they are.</param>
internal sealed record RotationResult(int Resealed, long Left, IReadOnlyList<SealFault> Faults)
{
    public bool IsComplete => Left == 0 && Faults.Count == 0;
}

namespace LarkService.Grants.Sealing;

/// <summary>Looks through everything that is sealed, and changes nothing.</summary>
internal sealed class SealCheck(SealedRows rows, IEnumerable<SealedTable> tables, TokenSeal seal)
{
    private const int Page = 500;
    private const int MostFaults = 1000;

    /// <summary>Counts values by key without opening any.</summary>
    public async Task<SealSurvey> SurveyAsync(CancellationToken ct)
    {
        SortedDictionary<string, long> byKey = new(StringComparer.Ordinal);
        var damaged = 0L;
        foreach (var table in tables)
        {
            await foreach (var page in rows.PagesAsync(table, headsOnly: true, Page, ct))
            {
                foreach (var head in page.SelectMany(row => row.Values).OfType<string>())
                {
                    if (TokenSeal.KeyIdOf(head) is { } id)
                    {
                        byKey[id] = byKey.GetValueOrDefault(id) + 1;
                    }
                    else
                    {
                        damaged++;
                    }
                }
            }
        }

        return new SealSurvey([.. byKey.Select(k => new KeyUse(k.Key, k.Value, seal.IsConfigured(k.Key)))], damaged);
    }

    /// <summary>Opens every value whose key is configured.</summary>
    /// <param name="progress">Hears how many values were looked at.</param>
    /// <param name="ct">Ends the check.</param>
    /// <returns>What does not open, the first thousand; a missing key is told by <see cref="SurveyAsync"/>, once for all of its values.</returns>
    public async Task<IReadOnlyList<SealFault>> FaultsAsync(IProgress<int> progress, CancellationToken ct)
    {
        List<SealFault> faults = [];
        foreach (var table in tables)
        {
            await foreach (var page in rows.PagesAsync(table, headsOnly: false, Page, ct))
            {
                faults.AddRange(page.SelectMany(row => FaultsIn(table, row)).Take(MostFaults - faults.Count));
                progress.Report(page.Sum(row => row.Values.Count(v => v is not null)));
            }
        }

        return faults;
    }

    private IEnumerable<SealFault> FaultsIn(SealedTable table, SealedRow row) => table.Columns
        .Select((column, i) => row.Values[i] is { } value ? FaultIn(table, column, row, value) : null)
        .OfType<SealFault>();

    private SealFault? FaultIn(SealedTable table, SealedColumn column, SealedRow row, string value)
    {
        if (TokenSeal.KeyIdOf(value) is { } id && !seal.IsConfigured(id))
        {
            return null;
        }

        try
        {
            _ = seal.Open(value, row.User, column.Purpose(row.Id));
            return null;
        }
        catch (SealException e)
        {
            return new SealFault(table.Name, column.Name, row.Id, e.Message);
        }
    }
}

namespace LarkService.Data.Tidying;

/// <summary>
/// Removes rows that nobody will ask for again, in steps that hold nobody up. The audit log is not among them, and the inbox
/// forgets by itself.
/// </summary>
internal sealed partial class CleanUp(IEnumerable<IOldRows> kinds, Database database, TimeProvider clock, ILogger<CleanUp> logger)
{
    public const int Step = 500;

    /// <summary>What is left then waits for the next run.</summary>
    private const int MostSteps = 1000;

    /// <summary>Between two steps, for those who want to write.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    /// <returns>How many went of each kind.</returns>
    public async Task<CleanedUp> RunAsync(CancellationToken ct)
    {
        var removed = new Dictionary<string, int>();
        foreach (var kind in kinds)
        {
            try
            {
                removed[kind.Name] = await RemoveAllAsync(kind, ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                Log.NotRemoved(logger, kind.Name, e);
            }
        }

        return new CleanedUp(removed);
    }

    private async Task<int> RemoveAllAsync(IOldRows kind, CancellationToken ct)
    {
        var all = 0;
        for (var step = 0; step < MostSteps; step++)
        {
            var removed = await RemoveSomeAsync(kind, ct);
            all += removed;
            if (removed < Step)
            {
                break;
            }

            await Task.Delay(Breath, clock, ct);
        }

        return all;
    }

    private async Task<int> RemoveSomeAsync(IOldRows kind, CancellationToken ct)
    {
        using var turn = await database.TakeTurnAsync(ct);
        return await database.RunAsync(db => kind.RemoveAsync(db, clock.GetUtcNow(), Step, ct));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Old {Kind} could not be removed; the next run tries again")]
        public static partial void NotRemoved(ILogger logger, string kind, Exception e);
    }
}

/// <summary>What a run removed.</summary>
internal sealed record CleanedUp(IReadOnlyDictionary<string, int> Removed)
{
    public override string ToString() => string.Join(", ", Removed.Select(kind => $"{kind.Key} {kind.Value}"));
}

namespace LarkService.Data.Tidying;

/// <summary>Rows of one table that have had their time.</summary>
internal interface IOldRows
{
    /// <summary>What they are, for the log.</summary>
    string Name { get; }

    /// <summary>Removes some in one statement that an index serves.</summary>
    /// <param name="db">A context for this statement alone.</param>
    /// <param name="now">The time it is.</param>
    /// <param name="atMost">How many.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>How many went; as many as <paramref name="atMost"/> means that there may be more.</returns>
    Task<int> RemoveAsync(LarkDbContext db, DateTimeOffset now, int atMost, CancellationToken ct);
}

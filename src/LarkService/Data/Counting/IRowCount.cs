namespace LarkService.Data.Counting;

/// <summary>A number of rows that operators watch.</summary>
internal interface IRowCount
{
    /// <summary>Asks for it, in one query that an index serves, and keeps the answer for whoever reads the metrics.</summary>
    Task CountAsync(LarkDbContext db, CancellationToken ct);
}

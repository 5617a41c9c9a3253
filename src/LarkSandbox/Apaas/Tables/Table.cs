namespace LarkSandbox.Apaas.Tables;

/// <summary>A table, or a view (then <paramref name="ViewSql"/> is what it shows).</summary>
internal sealed record Table(string Name, string Description, IReadOnlyList<Column> Columns, string? ViewSql = null)
{
    /// <summary>A table with these columns and the platform's own.</summary>
    public static Table Of(string name, string description, IEnumerable<Column> own) => new(name, description, [.. Column.Always, .. own]);

    /// <summary>The column; throws <see cref="FormatException"/> when there is none of that name.</summary>
    public Column this[string column] =>
        Columns.FirstOrDefault(c => c.Name == column) ?? throw new FormatException($"column {column} of {Name} does not exist");

    /// <summary>A column that a caller may write.</summary>
    public Column Writable(string column) =>
        this[column] is { IsSystem: true, IsKey: false } ? throw new FormatException($"column {column} is written by the platform") : this[column];
}

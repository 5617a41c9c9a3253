namespace LarkService.Grants.Sealing;

/// <summary>A table with sealed columns, for work that has to reach every sealed value.</summary>
/// <param name="Name">The table's.</param>
/// <param name="Key">Its primary key, one column.</param>
/// <param name="Columns">Those that hold sealed values.</param>
internal sealed record SealedTable(string Name, string Key, params SealedColumn[] Columns)
{
    /// <summary>Whose its values are: two columns, or expressions, for the app and the user they are bound to.</summary>
    public string Owner { get; init; } = "app_id, open_id";
}

/// <param name="Name">The column's.</param>
/// <param name="Purpose">What its values are bound to besides the user, by the row's key.</param>
internal sealed record SealedColumn(string Name, Func<string, string> Purpose);

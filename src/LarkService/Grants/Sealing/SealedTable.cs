namespace LarkService.Grants.Sealing;

/// <summary>A table with sealed columns, for work that has to reach every sealed value. Each row names its user in <c>app_id</c> and <c>open_id</c>.</summary>
/// <param name="Name">The table's.</param>
/// <param name="Key">Its primary key, one column.</param>
/// <param name="Columns">Those that hold sealed values.</param>
internal sealed record SealedTable(string Name, string Key, params SealedColumn[] Columns);

/// <param name="Name">The column's.</param>
/// <param name="Purpose">What its values are bound to besides the user, by the row's key.</param>
internal sealed record SealedColumn(string Name, Func<string, string> Purpose);

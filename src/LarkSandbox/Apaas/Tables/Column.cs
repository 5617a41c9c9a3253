namespace LarkSandbox.Apaas.Tables;

/// <summary>A column of a table. A name that begins with an underscore is the platform's own.</summary>
internal sealed record Column(string Name, string DataType)
{
    public const string Id = "_id";

    public string Description { get; init; } = "";

    public bool IsRequired { get; init; }

    public bool IsUnique { get; init; }

    /// <summary>What it holds when nothing was said, as SQL.</summary>
    public string? DefaultSql { get; init; }

    /// <summary>All the values it may have.</summary>
    public IReadOnlyList<string> OneOf { get; init; } = [];

    public bool IsSystem => Name.StartsWith('_');

    public bool IsKey => Name == Id;

    /// <summary>What every table has: who wrote a row, and when.</summary>
    public static IReadOnlyList<Column> Always { get; } =
    [
        new(Id, ColumnType.Varchar) { IsRequired = true, DefaultSql = "sandbox_id()", Description = "Record id" },
        new("_created_at", ColumnType.Moment) { IsRequired = true, DefaultSql = "sandbox_now()", Description = "Created at" },
        new("_created_by", ColumnType.Varchar) { IsRequired = true, DefaultSql = "sandbox_user()", Description = "Created by" },
        new("_updated_at", ColumnType.Moment) { IsRequired = true, DefaultSql = "sandbox_now()", Description = "Updated at" },
        new("_updated_by", ColumnType.Varchar) { IsRequired = true, DefaultSql = "sandbox_user()", Description = "Updated by" },
    ];

    /// <summary>As <c>CREATE TABLE</c> wants it; SQLite itself would put anything anywhere.</summary>
    public string Definition =>
        $"{Sql.Name(Name)} {DataType}{(IsKey ? " PRIMARY KEY" : "")}{(IsRequired ? " NOT NULL" : "")}{(IsUnique ? " UNIQUE" : "")}"
        + $"{(DefaultSql is null ? "" : $" DEFAULT ({DefaultSql})")}{(Check is { } check ? $" CHECK ({check})" : "")}";

    private string? Check => (OneOf.Count, DataType) switch
    {
        ( > 0, _) => $"{Sql.Name(Name)} IN ({string.Join(", ", OneOf.Select(Sql.Literal))})",
        (_, ColumnType.Bigint) => $"typeof({Sql.Name(Name)}) IN ('integer', 'null')",
        (_, ColumnType.Numeric) => $"typeof({Sql.Name(Name)}) IN ('integer', 'real', 'null')",
        (_, ColumnType.Yes) => $"{Sql.Name(Name)} IN (0, 1)",
        _ => null,
    };
}

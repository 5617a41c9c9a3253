using System.Text.Json;

namespace LarkService.Apaas.Workspaces;

/// <summary>A table as callers see it.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Description">Null when it has none.</param>
/// <param name="Columns">In the platform's order.</param>
internal sealed record Table(string Name, string? Description, IReadOnlyList<Column> Columns)
{
    public static Table From(JsonElement json) => new(json.Text("name") ?? "", json.Words("description"), [.. json.Items("columns").Select(Column.From)]);
}

/// <summary>A column of a table.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Type">The database's name for what it holds.</param>
/// <param name="Description">Null when it has none.</param>
/// <param name="IsPrimaryKey">Tells records apart.</param>
/// <param name="IsUnique">No two records have the same.</param>
/// <param name="IsArray">It holds a list.</param>
/// <param name="AllowsNull">It may hold nothing.</param>
/// <param name="Default">What it holds when nothing is said, in the database's words.</param>
internal sealed record Column(string Name, string? Type, string? Description, bool IsPrimaryKey, bool IsUnique, bool IsArray, bool AllowsNull, string? Default)
{
    public static Column From(JsonElement json) => new(
        json.Text("name") ?? "",
        json.Words("data_type"),
        json.Words("description"),
        json.Is("is_primary_key"),
        json.Is("is_unique"),
        json.Is("is_array"),
        json.Is("is_allow_null"),
        json.Words("default_value"));
}

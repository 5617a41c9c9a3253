using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Tables;
using LarkSandbox.Hosting;

namespace LarkSandbox.Apaas.Workspaces;

/// <summary>What a list of records asks for: columns, a filter, an order and a page; at most 500 records, 10 when nothing is said.</summary>
internal sealed record RecordQuery(string? Select, string? Filter, string? Order, string? PageSize, string? PageToken)
{
    private const int UsualSize = 10;
    private const int LargestSize = 500;

    public static RecordQuery Of(HttpRequest request) => new(
        request.Query["select"], request.Query["filter"], request.Query["order"], request.Query["page_size"], request.Query["page_token"]);

    /// <summary>The page, as the platform shows it.</summary>
    public JsonObject Run(SqlCommands commands, Table table)
    {
        var list = $"{table.Name}\n{Select}\n{Filter}\n{Order}";
        var (size, offset) = (Paging.Size(PageSize, UsualSize, LargestSize), Paging.Offset(PageToken, list));
        var values = new SqlValues();
        var from = $"FROM {Sql.Name(table.Name)}{(string.IsNullOrEmpty(Filter) ? "" : $" WHERE {Workspaces.Filter.Read(table, values, Filter)}")}";
        var total = commands.Number($"SELECT count(*) {from}", values);
        var sql = $"SELECT {Columns(table)} {from} ORDER BY {Ordered(table)} LIMIT {values.Add((long)size)} OFFSET {values.Add((long)offset)}";
        var items = commands.Rows(sql, values);
        var more = offset + items.Count < total;
        return new JsonObject
        {
            ["total"] = total,
            ["has_more"] = more,
            ["page_token"] = more ? Paging.Token(offset + items.Count, list) : "",
            ["items"] = Json.Write(items),
        };
    }

    private string Columns(Table table) =>
        string.IsNullOrEmpty(Select) || Select == "*" ? Sql.Names(table.Columns.Select(c => c.Name)) : Sql.Names(Select.Split(',', StringSplitOptions.TrimEntries).Select(name => table[name].Name).Distinct());

    /// <summary><c>age.desc.nullslast,name</c>; the record id decides between equals, so that pages do not overlap.</summary>
    private string Ordered(Table table) =>
        string.Concat((Order ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(part => OneOf(table, part.Split('.')) + ", "))
        + $"length({Sql.Name(Column.Id)}), {Sql.Name(Column.Id)}";

    private static string OneOf(Table table, string[] words)
    {
        var column = Sql.Name(table[words[0]].Name);
        return words[1..] switch
        {
            [] or ["asc"] or ["asc", "nullslast"] or ["nullslast"] => $"{column} ASC NULLS LAST",
            ["asc", "nullsfirst"] or ["nullsfirst"] => $"{column} ASC NULLS FIRST",
            ["desc"] or ["desc", "nullsfirst"] => $"{column} DESC NULLS FIRST",
            ["desc", "nullslast"] => $"{column} DESC NULLS LAST",
            _ => throw new FormatException($"order: {string.Join('.', words)} is no order"),
        };
    }
}

using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Tables;
using LarkSandbox.Hosting;

namespace LarkSandbox.Apaas.Applications;

/// <summary>A <c>batch_query</c>: columns, up to ten conditions, an order, a page of at most 500.</summary>
internal static class ObjectQuery
{
    private const int LargestSize = 500;
    private const int MostConditions = 10;

    public static JsonObject Run(SqlCommands commands, Table table, JsonObject? body)
    {
        var values = new SqlValues();
        var condition = Where(table, body?["filter"] as JsonObject, values);
        var from = $"FROM {Sql.Name(table.Name)}{(condition.Length == 0 ? "" : " WHERE " + condition)}";
        var list = $"{table.Name}\n{condition}\n{Json.Write(body?["filter"])}\n{Json.Write(body?["order_by"])}";
        var size = Paging.Size((body?["page_size"] as JsonValue)?.ToString(), LargestSize, LargestSize);
        var offset = body.Flag("use_page_token") == true ? Paging.Offset(body.Text("page_token"), list) : Offset(body?["offset"]);
        var total = commands.Number($"SELECT count(*) {from}", values);
        var items = commands.Rows($"SELECT {Columns(table, body)} {from} ORDER BY {Ordered(table, body)} LIMIT {values.Add((long)size)} OFFSET {values.Add((long)offset)}", values);
        var more = offset + items.Count < total;
        var page = new JsonObject { ["items"] = Json.Write(items), ["has_more"] = more, ["next_page_token"] = more ? Paging.Token(offset + items.Count, list) : "" };
        if (body.Flag("need_total_count") == true)
        {
            page["total"] = total;
        }

        return page;
    }

    private static int Offset(JsonNode? node) =>
        node is null ? 0 : node is JsonValue value && value.TryGetValue<int>(out var offset) && offset >= 0 ? offset : throw new FormatException("offset must be a whole number");

    private static string Columns(Table table, JsonObject? body) => body?["select"] is JsonArray { Count: > 0 } names
        ? Sql.Names(names.Select(n => table[n?.ToString() ?? ""].Name).Distinct())
        : throw new FormatException("select is required");

    private static string Ordered(Table table, JsonObject? body) => string.Concat((body?["order_by"] as JsonArray ?? []).OfType<JsonObject>().Select(o =>
        $"{Sql.Name(table[o.Text("field") ?? ""].Name)} {o.Text("direction") switch { "ASC" or null => "ASC", "DESC" => "DESC", _ => throw new FormatException("direction is ASC or DESC") }}, "))
        + Sql.Name(Column.Id);

    private static string Where(Table table, JsonObject? filter, SqlValues values)
    {
        var conditions = (filter?["conditions"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        if (conditions.Count == 0)
        {
            return "";
        }

        if (conditions.Count > MostConditions)
        {
            throw new FormatException(FormattableString.Invariant($"filter has more than {MostConditions} conditions"));
        }

        var byIndex = new Dictionary<string, string>();
        foreach (var condition in conditions)
        {
            if (!byIndex.TryAdd((condition["index"] as JsonValue)?.ToString() ?? "", ObjectCondition.Read(table, condition, values)))
            {
                throw new FormatException("each condition needs an index of its own");
            }
        }

        return LogicExpression.Read(filter.Text("logic_expression") ?? string.Join(" and ", byIndex.Keys), byIndex);
    }
}

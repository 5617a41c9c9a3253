using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Tables;
using LarkSandbox.Hosting;

namespace LarkSandbox.Apaas.Applications;

/// <summary>One condition: a field on the left, a constant on the right, both settled by JSON in strings.</summary>
internal static class ObjectCondition
{
    public static string Read(Table table, JsonObject condition, SqlValues values)
    {
        var column = table[Field(condition["left"])];
        var name = Sql.Name(column.Name);
        var data = Constant(condition["right"]);
        return condition.Text("operator") switch
        {
            "equals" => $"{name} IS {values.Add(column, data)}",
            "notEquals" => $"{name} IS NOT {values.Add(column, data)}",
            "gt" => $"{name} > {values.Add(column, data)}",
            "gte" => $"{name} >= {values.Add(column, data)}",
            "lt" => $"{name} < {values.Add(column, data)}",
            "lte" => $"{name} <= {values.Add(column, data)}",
            "contain" => $"instr({name}, {values.Add(column, data)}) > 0",
            "notContain" => $"instr({name}, {values.Add(column, data)}) = 0",
            "hasAnyOf" => $"{name} IN ({Any(column, data, values)})",
            "hasNoneOf" => $"{name} NOT IN ({Any(column, data, values)})",
            "isEmpty" => $"({name} IS NULL OR {name} = '')",
            "isNotEmpty" => $"({name} IS NOT NULL AND {name} <> '')",
            var other => throw new FormatException($"operator {other} is not simulated"),
        };
    }

    private static string Field(JsonNode? left) =>
        left.Text("type") == "metadataVariable" && Settings(left)["fieldPath"] is JsonArray { Count: 1 } path && path[0].Text("fieldApiName") is { } field
            ? field
            : throw new FormatException("left must be a metadataVariable with a fieldPath of one field");

    private static JsonNode? Constant(JsonNode? right) =>
        right is null ? null : right.Text("type") == "constant" ? Settings(right)["data"] : throw new FormatException("right must be a constant");

    private static JsonObject Settings(JsonNode? side) => Json.ParseObject(side.Text("settings") ?? "") ?? throw new FormatException("settings must be JSON in a string");

    private static string Any(Column column, JsonNode? data, SqlValues values) =>
        data is JsonArray items ? string.Join(", ", items.Select(i => values.Add(column, i))) : throw new FormatException("a list is needed on the right");
}

namespace LarkSandbox.Apaas.Tables;

/// <summary>Names and literals in SQL text. Names come from a schema, literals from the simulator itself; a caller's values are bound.</summary>
internal static class Sql
{
    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(Name));
}

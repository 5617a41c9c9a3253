using System.Text.Json.Nodes;
using LarkSandbox.Hosting;
using Microsoft.Data.Sqlite;

namespace LarkSandbox.Apaas.Tables;

/// <summary>Turns rows into JSON, by what their columns were declared as.</summary>
internal static class RowReader
{
    public const int MostRows = 5_000;

    public static JsonArray ReadAll(SqliteDataReader reader)
    {
        var rows = new JsonArray();
        while (reader.Read())
        {
            if (rows.Count == MostRows)
            {
                throw new FormatException($"the result has more than {MostRows} rows");
            }

            var row = new JsonObject();
            for (var i = 0; i < reader.FieldCount; i++)
            {
                row[reader.GetName(i)] = Value(reader, i);
            }

            rows.Add((JsonNode)row);
        }

        return rows;
    }

    private static JsonNode? Value(SqliteDataReader reader, int i) => reader.IsDBNull(i) ? null : (reader.GetDataTypeName(i).ToLowerInvariant(), reader.GetValue(i)) switch
    {
        (ColumnType.Yes, long number) => JsonValue.Create(number != 0),
        (ColumnType.Jsonb, string text) => Json.Parse(text) ?? JsonValue.Create(text),
        (_, long number) => JsonValue.Create(number),
        (_, double number) => double.IsFinite(number) ? JsonValue.Create(number) : null,
        (_, byte[] bytes) => JsonValue.Create(Convert.ToBase64String(bytes)),
        (_, var other) => JsonValue.Create(other.ToString()),
    };
}

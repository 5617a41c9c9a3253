using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LarkSandbox.Hosting;
using Microsoft.Data.Sqlite;

namespace LarkSandbox.Apaas.Tables;

/// <summary>The values of one statement, bound and never written into its text.</summary>
internal sealed class SqlValues
{
    private readonly List<object> _values = [];

    /// <summary>Keeps a value and returns the name that stands for it.</summary>
    public string Add(object? value)
    {
        _values.Add(value ?? DBNull.Value);
        return string.Create(CultureInfo.InvariantCulture, $"@v{_values.Count - 1}");
    }

    /// <summary>A JSON value for this column.</summary>
    public string Add(Column column, JsonNode? value) => Add(Native(column, value));

    public void Bind(SqliteCommand command)
    {
        for (var i = 0; i < _values.Count; i++)
        {
            command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"@v{i}"), _values[i]);
        }
    }

    private static object? Native(Column column, JsonNode? value) => (column.DataType, value?.GetValueKind()) switch
    {
        (_, null) => null,
        (ColumnType.Jsonb, _) => Json.Write(value),
        (_, JsonValueKind.String) => Storable(column, value!.GetValue<string>()),
        (ColumnType.Varchar, JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number) => value!.ToJsonString(),
        (_, JsonValueKind.True) => 1L,
        (_, JsonValueKind.False) => 0L,
        (_, JsonValueKind.Number) => value!.AsValue().TryGetValue<long>(out var whole) ? (object)whole : value.GetValue<double>(),
        _ => throw new FormatException($"column {column.Name} takes no {value!.GetValueKind().ToString().ToLowerInvariant()}"),
    };

    private static string Storable(Column column, string text) =>
        text.Contains('\0', StringComparison.Ordinal) ? throw new FormatException($"column {column.Name} takes no text with a NUL in it") : text;
}

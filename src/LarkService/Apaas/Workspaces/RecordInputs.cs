using System.Text.Json;

namespace LarkService.Apaas.Workspaces;

/// <summary>Checks what callers say about records, as far as it shows without the table.</summary>
internal static class RecordInputs
{
    public const string Id = "_id";
    private const int MostColumns = 200;
    private static readonly string[] Directions = ["asc", "desc"];
    private static readonly string[] Nulls = ["nullsfirst", "nullslast"];

    /// <returns>Null when each entry is an object of columns, and they are neither none nor too many.</returns>
    public static string? FaultInRecords(JsonElement? records)
    {
        if (records is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() is 0 or > ListRecords.MostRecords)
        {
            return $"records takes a list of 1 to {ListRecords.MostRecords} objects.";
        }

        return list.EnumerateArray().Select((record, i) => FaultInRecord(record, $"records[{i}]")).FirstOrDefault(fault => fault is not null);
    }

    public static string? FaultInRecord(JsonElement? record, string field)
    {
        if (record is not { ValueKind: JsonValueKind.Object } values || !values.EnumerateObject().Any())
        {
            return $"{field} takes an object: a value for each column.";
        }

        if (!values.IsWhole())
        {
            return $"{field} holds half a character (an unpaired surrogate).";
        }

        var names = values.EnumerateObject().Select(v => v.Name).ToList();
        return FaultInColumns(names, field);
    }

    /// <summary>The platform writes them in one statement, so each names itself and the same columns as the others.</summary>
    public static string? FaultInUpdates(JsonElement records)
    {
        HashSet<string>? first = null;
        foreach (var (record, i) in records.EnumerateArray().Select((r, i) => (r, i)))
        {
            if (!record.TryGetProperty(Id, out var id) || id.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
            {
                return $"records[{i}] lacks its {Id}: it says which record is meant.";
            }

            var columns = record.EnumerateObject().Select(v => v.Name).ToHashSet(StringComparer.Ordinal);
            if (columns.Count == 1)
            {
                return $"records[{i}] changes nothing: it has its {Id} only.";
            }

            if (!(first ??= columns).SetEquals(columns))
            {
                return $"records[{i}] has other columns than records[0]: within one request every record has the same ones.";
            }
        }

        return null;
    }

    public static string? FaultInColumns(IReadOnlyList<string>? columns, string field)
    {
        if (columns is null)
        {
            return null;
        }

        if (columns.Count is 0 or > MostColumns)
        {
            return $"{field} takes 1 to {MostColumns} columns.";
        }

        return columns.Select(c => ApaasNames.FaultInColumn(c, field)).FirstOrDefault(fault => fault is not null)
            ?? (columns.Distinct(StringComparer.Ordinal).Count() < columns.Count ? $"{field} names a column twice." : null);
    }

    /// <summary><c>age.desc.nullslast</c>: the column, then how.</summary>
    public static string? FaultInOrder(IReadOnlyList<string>? order)
    {
        foreach (var entry in order ?? [])
        {
            var parts = entry.Split('.');
            var how = parts[1..];
            if (how.Length > 0 && Directions.Contains(how[0]))
            {
                how = how[1..];
            }

            if (how.Length > 0 && Nulls.Contains(how[0]))
            {
                how = how[1..];
            }

            if (how.Length > 0)
            {
                return $"order: {ApaasNames.Quoted(entry)} is none. Write the column, then .asc or .desc, then .nullsfirst or .nullslast: age.desc.nullslast.";
            }
        }

        return FaultInColumns(order is null ? null : [.. OrderColumns(order)], "order");
    }

    public static IEnumerable<string> OrderColumns(IReadOnlyList<string>? order) => (order ?? []).Select(entry => entry.Split('.')[0]);

    /// <summary>Every column that the records have a value for.</summary>
    public static IEnumerable<string> ColumnsOf(JsonElement records) =>
        (records.ValueKind == JsonValueKind.Array ? records.EnumerateArray() : Enumerable.Repeat(records, 1)).SelectMany(r => r.EnumerateObject().Select(v => v.Name)).Distinct(StringComparer.Ordinal);

    /// <summary>Names parted by commas, as in a query.</summary>
    public static IReadOnlyList<string>? List(string? text) => string.IsNullOrEmpty(text) ? null : text.Split(',', StringSplitOptions.TrimEntries);
}

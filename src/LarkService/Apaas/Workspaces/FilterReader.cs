using System.Text.Json;

namespace LarkService.Apaas.Workspaces;

/// <summary>
/// Reads a filter in either form: JSON (<c>{"column": "age", "op": "gt", "value": 18}</c>, <c>{"and": […]}</c>, <c>{"or": […]}</c>, or a list,
/// which means and), or the platform's own text (see <see cref="FilterTextReader"/>).
/// </summary>
internal static class FilterReader
{
    private static readonly string[] Members = ["column", "op", "value"];

    /// <exception cref="FilterException">It is neither.</exception>
    public static RecordFilter Read(JsonElement filter)
    {
        if (!filter.IsWhole())
        {
            throw new FilterException("filter holds half a character (an unpaired surrogate).");
        }

        return filter.ValueKind == JsonValueKind.String ? Read(filter.GetString()!) : Checked(Node(filter, depth: 0));
    }

    /// <exception cref="FilterException">It is neither.</exception>
    public static RecordFilter Read(string filter)
    {
        if (filter.AsSpan().TrimStart() is not ['{' or '[', ..])
        {
            return Checked(FilterTextReader.Read(filter));
        }

        try
        {
            return Read(JsonElement.Parse(filter));
        }
        catch (JsonException)
        {
            throw new FilterException("filter begins like JSON and is none.");
        }
    }

    private static RecordFilter Checked(RecordFilter filter)
    {
        FilterOps.CheckSize(filter);
        return filter;
    }

    private static RecordFilter Node(JsonElement json, int depth)
    {
        FilterOps.CheckDepth(depth);
        if (json.ValueKind == JsonValueKind.Array)
        {
            return new RecordFilter.All(Nodes(json, depth));
        }

        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new FilterException("""filter: each entry is {"column": "…", "op": "eq", "value": …}, {"and": […]} or {"or": […]}.""");
        }

        var members = json.EnumerateObject().ToList();
        return members switch
        {
            [{ Name: "and" } all] => new RecordFilter.All(Nodes(all.Value, depth)),
            [{ Name: "or" } any] => new RecordFilter.Any(Nodes(any.Value, depth)),
            _ => Comparison(json, members),
        };
    }

    private static List<RecordFilter> Nodes(JsonElement list, int depth)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > FilterOps.MostComparisons)
        {
            throw new FilterException($"filter: and and or take a list of 1 to {FilterOps.MostComparisons} entries.");
        }

        return [.. list.EnumerateArray().Select(entry => Node(entry, depth + 1))];
    }

    private static RecordFilter.Compare Comparison(JsonElement json, List<JsonProperty> members)
    {
        if (members.Select(m => m.Name).FirstOrDefault(name => !Members.Contains(name)) is { } odd)
        {
            throw new FilterException($"filter: {ApaasNames.Quoted(odd)} is not known. A comparison has column, op and value.");
        }

        if (json.Text("column") is not { } column || json.Text("op") is not { } op || !json.TryGetProperty("value", out var value) || members.Count != Members.Length)
        {
            throw new FilterException("filter: a comparison has column, op and value, each once.");
        }

        return FilterOps.Compare(column, op, op == FilterOps.In ? [.. Values(column, value)] : [Value(column, op, value)]);
    }

    private static IEnumerable<string> Values(string column, JsonElement list) => list.ValueKind == JsonValueKind.Array
        ? list.EnumerateArray().Select(v => Value(column, FilterOps.In, v))
        : throw new FilterException($"filter: {ApaasNames.Quoted(column)} in takes a list of values.");

    private static string Value(string column, string op, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Null when op == FilterOps.Is => "null",
        JsonValueKind.Null => throw new FilterException($"""filter: nothing compares with null. Ask {ApaasNames.Quoted(column)} with "op": "is", "value": null."""),
        _ => throw new FilterException($"filter: {ApaasNames.Quoted(column)} {ApaasNames.Quoted(op)} takes a text, a number, true or false."),
    };
}

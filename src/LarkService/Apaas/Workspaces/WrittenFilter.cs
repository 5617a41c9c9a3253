using System.Text.Json;

namespace LarkService.Apaas.Workspaces;

/// <summary>A caller's filter, read and written anew as the platform takes it.</summary>
/// <param name="Text">For the platform.</param>
/// <param name="Columns">Those it looks at, each once.</param>
internal sealed record WrittenFilter(string Text, IReadOnlyList<string> Columns)
{
    /// <param name="filter">JSON, or a text.</param>
    /// <param name="fault">What is wrong with it; null when nothing is.</param>
    public static WrittenFilter? Of(JsonElement filter, out string? fault) => Of(() => FilterReader.Read(filter), out fault);

    /// <param name="filter">As it stands in a query; null or empty for none.</param>
    /// <param name="fault">What is wrong with it; null when nothing is.</param>
    public static WrittenFilter? Of(string? filter, out string? fault)
    {
        fault = null;
        return string.IsNullOrWhiteSpace(filter) ? null : Of(() => FilterReader.Read(filter), out fault);
    }

    private static WrittenFilter? Of(Func<RecordFilter> read, out string? fault)
    {
        try
        {
            fault = null;
            var filter = read();
            return new(FilterWriter.Write(filter), [.. filter.Columns().Distinct(StringComparer.Ordinal)]);
        }
        catch (FilterException e)
        {
            fault = e.Message;
            return null;
        }
    }
}

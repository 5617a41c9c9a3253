using System.Text.Json;

namespace LarkService.Events;

/// <summary>Reads JSON that others wrote: what is absent or of another kind reads as nothing.</summary>
internal static class JsonReading
{
    /// <summary>The element at the end of the path; undefined when there is none.</summary>
    public static JsonElement Child(this JsonElement parent, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (!TryGet(parent, name, out parent))
            {
                return default;
            }
        }

        return parent;
    }

    private static bool TryGet(JsonElement parent, string name, out JsonElement child)
    {
        child = default;
        try
        {
            return parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out child);
        }
        catch (InvalidOperationException)
        {
            return false; // another name beside it is half a surrogate pair
        }
    }

    /// <summary>The text at the end of the path, or null.</summary>
    public static string? Text(this JsonElement parent, params ReadOnlySpan<string> path)
    {
        if (parent.Child(path) is not { ValueKind: JsonValueKind.String } text)
        {
            return null;
        }

        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair: valid JSON, but no text
        }
    }
}

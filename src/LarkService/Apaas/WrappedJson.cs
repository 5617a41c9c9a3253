using System.Text.Json;

namespace LarkService.Apaas;

/// <summary>Reads what aPaaS wraps into text: JSON as a string, empty for nothing.</summary>
internal static class WrappedJson
{
    /// <returns>Null when there is nothing; the text itself when it is no JSON.</returns>
    public static JsonElement? Read(JsonElement data, string name)
    {
        if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String ? FromText(value) : value;
    }

    private static JsonElement? FromText(JsonElement text)
    {
        var json = text.GetString()!;
        if (json.Length == 0)
        {
            return null;
        }

        try
        {
            return JsonElement.Parse(json);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}

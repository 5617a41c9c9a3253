using System.Text.Json;

namespace LarkService.Apaas;

/// <summary>Reading of answers that may lack what they promise.</summary>
internal static class JsonReading
{
    /// <summary>The text under that name; null when it is absent or of another kind.</summary>
    public static string? Text(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The items under that name; none when it is absent or of another kind.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    /// <summary>The text under that name; null when there is none, or an empty one.</summary>
    public static string? Words(this JsonElement json, string name) => json.Text(name) is { Length: > 0 } words ? words : null;

    /// <summary>It is said so; false when it is absent.</summary>
    public static bool Is(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>The whole number under that name; null when it is absent or none.</summary>
    public static int? Number(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    /// <summary>Every text in it can be read: none holds half a character, which JSON can write down and nothing else can.</summary>
    public static bool IsWhole(this JsonElement json)
    {
        try
        {
            ReadAll(json);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static void ReadAll(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                {
                    _ = member.Name;
                    ReadAll(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                {
                    ReadAll(item);
                }

                break;
            case JsonValueKind.String:
                _ = json.GetString();
                break;
        }
    }
}

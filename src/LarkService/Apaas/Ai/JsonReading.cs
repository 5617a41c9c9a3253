using System.Text.Json;

namespace LarkService.Apaas.Ai;

/// <summary>Reading of answers that may lack what they promise.</summary>
internal static class JsonReading
{
    /// <summary>The text under that name; null when it is absent or of another kind.</summary>
    public static string? Text(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The items under that name; none when it is absent or of another kind.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];
}

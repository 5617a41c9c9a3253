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
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LarkSandbox.Hosting;

/// <summary>One way of writing JSON: text stays readable, names are camelCase.</summary>
internal static class Json
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.Never,
    };

    private static readonly JsonNodeOptions Exact = new() { PropertyNameCaseInsensitive = false };

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static string Write(JsonNode? node) => node?.ToJsonString(Options) ?? "null";

    public static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text, Exact, Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static JsonNode? Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return JsonNode.Parse(utf8, Exact, Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static JsonObject? ParseObject(string text) => Parse(text) as JsonObject;

    /// <summary>The property as text; null when it is absent or not a string.</summary>
    public static string? Text(this JsonNode? node, string name) =>
        node is JsonObject found && found[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    public static bool? Flag(this JsonNode? node, string name) =>
        node is JsonObject found && found[name] is JsonValue value && value.GetValueKind() is JsonValueKind.True or JsonValueKind.False
            ? ((JsonObject)node)[name]!.GetValue<bool>()
            : null;

    public static async Task<JsonObject?> ReadObjectAsync(HttpRequest request, CancellationToken ct)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, ct);
        return Parse(body.GetBuffer().AsSpan(0, (int)body.Length)) as JsonObject;
    }
}

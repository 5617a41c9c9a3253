using System.Text.Json.Nodes;
using LarkSandbox.Hosting;

namespace LarkSandbox.Apaas;

/// <summary>Reads the JSON that aPaaS calls carry inside strings; throws <see cref="FormatException"/> with a sentence for the caller.</summary>
internal static class ApaasBody
{
    public const int MostRecords = 500;

    /// <summary>An object in a string.</summary>
    public static JsonObject Record(JsonObject? body, string name) =>
        Json.ParseObject(Required(body, name)) ?? throw new FormatException($"{name} must be a JSON object in a string");

    /// <summary>At most 500 objects in a string.</summary>
    public static IReadOnlyList<JsonObject> Records(JsonObject? body, string name)
    {
        if (Json.Parse(Required(body, name)) is not JsonArray items || items.Any(i => i is not JsonObject))
        {
            throw new FormatException($"{name} must be a JSON array of objects in a string");
        }

        return items.Count is > 0 and <= MostRecords ? [.. items.Cast<JsonObject>()] : throw new FormatException($"{name} holds 1 to {MostRecords} records");
    }

    public static string Required(JsonObject? body, string name) =>
        body.Text(name) is { Length: > 0 } text ? text : throw new FormatException($"{name} is required, as a string");
}

using System.Text.Json.Nodes;

namespace LarkService.Hosting.OpenApi;

/// <summary>Pieces of JSON.</summary>
internal static class JsonParts
{
    public static JsonObject Read(string json) => JsonNode.Parse(json)!.AsObject();

    public static JsonObject Ref(string kind, string name) => new() { ["$ref"] = $"#/components/{kind}/{name}" };

    public static JsonArray ArrayOf(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);

    /// <returns>The object under this name; an empty one is put there when there is none.</returns>
    public static JsonObject At(this JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
        {
            parent[name] = child = [];
        }

        return child;
    }

    /// <summary>What <paramref name="over"/> says counts; objects are laid over each other, everything else is replaced.</summary>
    public static void Lay(this JsonObject under, JsonObject over)
    {
        foreach (var (name, value) in over)
        {
            if (value is JsonObject inner && under[name] is JsonObject own)
            {
                own.Lay(inner);
            }
            else
            {
                under[name] = value?.DeepClone();
            }
        }
    }

    /// <summary>The same members, in the order of their names.</summary>
    public static JsonObject Sorted(this JsonObject members, Func<string, string>? by = null) =>
        new(members.OrderBy(m => by?.Invoke(m.Key) ?? m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())));
}

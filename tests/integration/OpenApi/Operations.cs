using System.Text.Json.Nodes;

namespace LarkService.IntegrationTests.OpenApi;

/// <summary>One operation of the document.</summary>
/// <param name="Method">In capitals.</param>
/// <param name="Path">As the document has it.</param>
/// <param name="Json">What it says.</param>
internal sealed record Operation(string Method, string Path, JsonObject Json)
{
    public string Id => Json["operationId"]!.GetValue<string>();

    public static IEnumerable<Operation> Of(JsonObject document) => document["paths"]!.AsObject()
        .SelectMany(path => path.Value!.AsObject().Select(o => new Operation(o.Key.ToUpperInvariant(), path.Key, o.Value!.AsObject())));

    /// <returns>Every node of it, with where it stands.</returns>
    public static IEnumerable<(string At, JsonNode Node)> Walk(JsonNode? node, string at = "#")
    {
        if (node is null)
        {
            yield break;
        }

        yield return (at, node);
        var inner = node switch
        {
            JsonObject members => members.Select(m => (Name: m.Key, m.Value)),
            JsonArray list => list.Select((item, i) => (Name: $"{i}", Value: item)),
            _ => [],
        };
        foreach (var found in inner.SelectMany(i => Walk(i.Value, $"{at}/{i.Name}")))
        {
            yield return found;
        }
    }
}

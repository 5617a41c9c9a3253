using System.Text.Json.Nodes;

namespace LarkSandbox.Cards;

/// <summary>Looks for the component of a click in a card: nobody can press what is not there.</summary>
internal static class CardButtons
{
    public static bool Has(JsonObject card, Click click) => All(card).Any(c => IsMeant(c, click));

    /// <summary>Every callback value on the card, in the order of the card.</summary>
    public static IEnumerable<JsonNode> Values(JsonObject card) => All(card).SelectMany(CallbackValues);

    private static bool IsMeant(JsonObject component, Click click)
    {
        if (component["disabled"]?.ToString() == "true")
        {
            return false;
        }

        var values = CallbackValues(component).ToList();
        return click.Value is not null && values.Count > 0
            ? values.Any(v => JsonNode.DeepEquals(v, click.Value))
            : click.Name is not null && component["name"]?.ToString() == click.Name;
    }

    private static IEnumerable<JsonNode> CallbackValues(JsonObject component)
    {
        foreach (var behavior in component["behaviors"] as JsonArray ?? [])
        {
            if (behavior?["type"]?.ToString() == "callback" && behavior["value"] is { } value)
            {
                yield return value;
            }
        }

        if (component["tag"] is not null && component["value"] is { } old)
        {
            yield return old;
        }
    }

    private static IEnumerable<JsonObject> All(JsonNode? node) => node switch
    {
        JsonObject found => [found, .. found.Where(p => p.Key is not ("value" or "behaviors")).SelectMany(p => All(p.Value))],
        JsonArray items => items.SelectMany(All),
        _ => [],
    };
}

using System.Text.Json.Nodes;
using LarkSandbox.Chat;

namespace LarkService.IntegrationTests.Support;

/// <summary>Reads cards as a person sees them.</summary>
internal static class Cards
{
    public static string? Color(this ChatMessage message) => message.Card?["header"]?["template"]?.ToString();

    public static string Text(this ChatMessage message) => message.Card is { } card ? Text(card) : "";

    /// <summary>Every text on the card in every language, one a line.</summary>
    public static string Text(JsonNode? card) => string.Join('\n', All(card).SelectMany(Texts));

    /// <summary>The page that the card's button opens.</summary>
    public static Uri Link(this ChatMessage message) => All(message.Card)
        .Where(o => o["type"]?.ToString() == "open_url")
        .Select(o => new Uri(o["default_url"]!.ToString()))
        .First();

    /// <summary>The callback value of the button with this action; null when the card has none.</summary>
    public static JsonNode? Button(this ChatMessage message, string action) => All(message.Card)
        .Where(o => o["type"]?.ToString() == "callback")
        .Select(o => o["value"])
        .FirstOrDefault(v => v?["action"]?.ToString() == action);

    /// <summary>The card has changed in place, as its colour says.</summary>
    public static Task<ChatMessage> TurnsAsync(this ChatMessage card, string color, TimeSpan? within = null) =>
        Eventually.FindAsync($"the card turning {color}", () => card.Color() == color ? card : null, within);

    private static IEnumerable<string> Texts(JsonObject node) => node
        .Where(p => p.Key is "content" or "zh_cn" or "en_us" && p.Value is JsonValue)
        .Select(p => p.Value!.ToString());

    private static IEnumerable<JsonObject> All(JsonNode? node) => node switch
    {
        JsonObject found => [found, .. found.SelectMany(p => All(p.Value))],
        JsonArray items => items.SelectMany(All),
        _ => [],
    };
}

using System.Text.Json.Nodes;

namespace LarkSandbox.Cards;

/// <summary>A press on a card: by whom, on which message, with the value that the card gave the button.</summary>
internal sealed record Click(
    string OpenId,
    string MessageId,
    JsonNode? Value,
    string Tag = "button",
    string? Name = null,
    JsonObject? FormValue = null,
    string? ElementId = null)
{
    /// <summary>The client's language as cards spell it; null: the person's own.</summary>
    public string? Locale { get; init; }
}

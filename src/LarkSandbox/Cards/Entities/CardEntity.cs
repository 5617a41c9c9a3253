using System.Text.Json.Nodes;

namespace LarkSandbox.Cards.Entities;

/// <summary>A card with an identity of its own: changed by its id before and after it is sent, which happens once.</summary>
internal sealed class CardEntity(string id, JsonObject card, DateTimeOffset createdAt)
{
    public string Id => id;

    public DateTimeOffset CreatedAt => createdAt;

    /// <summary>As it is now.</summary>
    public JsonObject Card { get; set; } = card;

    /// <summary>The number of the latest change; the next must be higher.</summary>
    public int Sequence { get; set; }

    /// <summary>Since when its text may grow; null: it is an ordinary card.</summary>
    public DateTimeOffset? StreamsSince { get; set; }

    /// <summary>The message that shows it; null before it is sent.</summary>
    public string? MessageId { get; set; }

    public Lock Gate { get; } = new();
}

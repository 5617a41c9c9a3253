using System.Text.Json.Nodes;

namespace LarkSandbox.Chat;

/// <summary>A message in a chat, with the full history of its card.</summary>
internal sealed class ChatMessage
{
    private volatile IReadOnlyList<CardVersion> _versions = [];

    public required string MessageId { get; init; }

    public required string ChatId { get; init; }

    /// <summary>The person who wrote it; null = the bot.</summary>
    public required string? SenderOpenId { get; init; }

    public required string MsgType { get; init; }

    /// <summary>The content as sent: JSON in a string.</summary>
    public required string Content { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string? OnlyVisibleTo { get; init; }

    public string? ReplyTo { get; init; }

    public string? RootId { get; init; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public bool Updated { get; private set; }

    public bool Deleted { get; set; }

    /// <summary>The card as it is now; null for other messages.</summary>
    public JsonObject? Card => _versions.Count == 0 ? null : _versions[^1].Card;

    /// <summary>Every state of the card, oldest first (at most 100).</summary>
    public IReadOnlyList<CardVersion> Versions => _versions;

    public bool IsShared => Card is { } card && (card.ContainsKey("schema") || card["config"]?["update_multi"]?.ToString() == "true");

    public void Show(CardVersion version)
    {
        Updated = _versions.Count > 0;
        UpdatedAt = version.At;
        _versions = [.. _versions.TakeLast(99), version];
    }
}

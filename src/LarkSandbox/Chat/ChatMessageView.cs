using System.Text.Json.Nodes;

namespace LarkSandbox.Chat;

/// <summary>A message as the chat page gets it.</summary>
internal sealed record ChatMessageView(
    string MessageId,
    string ChatId,
    string From,
    string SenderName,
    string Type,
    string? Text,
    JsonObject? Card,
    long CreateTime,
    long UpdateTime,
    bool Updated,
    string? OnlyVisibleTo,
    string? ReplyTo);

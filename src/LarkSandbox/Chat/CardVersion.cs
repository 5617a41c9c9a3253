using System.Text.Json.Nodes;

namespace LarkSandbox.Chat;

/// <summary>One state of a card: when and how it came, and what it looked like.</summary>
internal sealed record CardVersion(DateTimeOffset At, string How, JsonObject Card);

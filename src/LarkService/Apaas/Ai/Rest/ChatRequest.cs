using System.Text.RegularExpressions;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>Body of <c>POST /api/v1/ai/chat</c>.</summary>
/// <param name="AppId">Null: the default app.</param>
/// <param name="OpenId">In whose name.</param>
/// <param name="Message">The question, at most <see cref="AilyLimits.MaxMessageChars"/> characters.</param>
/// <param name="ConversationId">Null: a new conversation.</param>
internal sealed partial record ChatRequest(string? AppId, string? OpenId, string? Message, string? ConversationId)
{
    public string? Fault() => Message switch
    {
        null => "message is missing: say what to ask.",
        _ when string.IsNullOrWhiteSpace(Message) => "message is empty: say what to ask.",
        { Length: > AilyLimits.MaxMessageChars } => $"message has {Message.Length} characters: at most {AilyLimits.MaxMessageChars} are taken.",
        _ => null,
    };

    public static bool IsConversationId(string? id) => Shape().IsMatch(id ?? "");

    [GeneratedRegex(@"^conv_[A-Za-z0-9_-]{22}\z")]
    private static partial Regex Shape();
}

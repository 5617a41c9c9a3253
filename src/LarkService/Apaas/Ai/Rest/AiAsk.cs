namespace LarkService.Apaas.Ai.Rest;

/// <summary>A question of another system: what an <see cref="AskAi"/> needs.</summary>
/// <param name="ConversationId">Known, or made for this question.</param>
/// <param name="CallerId">Who asks.</param>
/// <param name="TurnId">The question's own id: Aily adds its message once, and a second attempt finds its run.</param>
/// <param name="Message">At most <see cref="AilyLimits.MaxMessageChars"/>.</param>
internal sealed record AiAsk(string ConversationId, string CallerId, string TurnId, string Message);

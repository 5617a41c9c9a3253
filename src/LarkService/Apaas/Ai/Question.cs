using System.Text.Json;

namespace LarkService.Apaas.Ai;

/// <summary>What somebody asked in chat: the payload of a parked <see cref="AnswerQuestion"/>.</summary>
/// <param name="MessageId">The message that asked.</param>
/// <param name="ChatId">Where.</param>
/// <param name="IsGroup">Others read along.</param>
/// <param name="Text">The words, at most <see cref="AilyLimits.MaxMessageChars"/>.</param>
internal sealed record Question(string MessageId, string ChatId, bool IsGroup, string Text)
{
    public string ToPayload() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static Question FromPayload(string payload) => JsonSerializer.Deserialize<Question>(payload, JsonSerializerOptions.Web)
        ?? throw new JsonException("The payload holds no question.");
}

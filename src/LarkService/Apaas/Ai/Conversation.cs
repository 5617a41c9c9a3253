using System.Text.RegularExpressions;
using LarkService.Events.Chat;
using LarkService.Messaging;
using LarkService.OnBehalfOf;
using LarkService.Platform;

namespace LarkService.Apaas.Ai;

/// <summary>Takes every message that is no known command as a question for the user's AI; what cannot be one gets a friendly word.</summary>
internal sealed partial class Conversation(IParkedCalls calls, Replies replies, LarkApps apps) : IChatHandler
{
    public Task HandleAsync(IncomingMessage message, CancellationToken ct) =>
        Objection(message) is { } words ? TellAsync(message, words, ct) : calls.RunOrParkAsync(Call(message), ct);

    private LocalizedText? Objection(IncomingMessage message) => message switch
    {
        { MessageType: not "text" } => AiWords.TextOnly,
        { Text: var text } when string.IsNullOrWhiteSpace(text) => AiWords.Blank,
        { Text: var text } when Command().Match(text) is { Success: true } command => AiWords.UnknownCommand(command.Value),
        { Text.Length: > AilyLimits.MaxMessageChars } => AiWords.TooLong(message.Text.Length),
        _ when apps.Get(message.AppId).AilyAppId is null => AiWords.NotConfigured,
        _ => null,
    };

    private static NewCall Call(IncomingMessage message) => new(
        $"ai:{message.MessageId}",
        AnswerQuestion.KindName,
        message.User,
        new Question(message.MessageId, message.ChatId, message.IsGroup, message.Text).ToPayload(),
        AilyScopes.All,
        new ConsentPlace(AiWords.ConsentReason.En, AiWords.ConsentReason.Zh, AiWords.ConsentReason.Ja, message.ChatId, message.IsGroup, Explicit: true));

    private async Task TellAsync(IncomingMessage message, LocalizedText words, CancellationToken ct) =>
        await replies.ReplyAsync(message.AppId, message.MessageId, AnswerCards.Notice(words), "ai-notice", ct);

    // A first word like /etc/hosts is no command but part of a question.
    [GeneratedRegex(@"^/[\p{L}][\p{L}\p{Nd}_-]{0,30}(?=\s|$)")]
    private static partial Regex Command();
}

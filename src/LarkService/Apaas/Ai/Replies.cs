using LarkService.Messaging;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Apaas.Ai;

/// <summary>Replies to messages in chat, each of them once, and does not insist where nobody can be told.</summary>
internal sealed partial class Replies(MessageClient messages, TimeProvider clock, ILogger<Replies> log)
{
    private const int Tries = 3;

    /// <param name="appId">Whose bot replies.</param>
    /// <param name="messageId">The message to reply to.</param>
    /// <param name="card">What to say.</param>
    /// <param name="purpose">Tells the replies to one message apart: each is sent once (within the platform's hour).</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The reply; null when the message is gone or its writer cannot be reached.</returns>
    public Task<SentMessage?> ReplyAsync(string appId, string messageId, Card card, string purpose, CancellationToken ct) =>
        OnceAsync(messageId, () => messages.ReplyCardAsync(appId, messageId, card, MessageUuid.For(purpose, messageId), ct), ct);

    /// <summary>Replies with a card that has an id of its own.</summary>
    /// <returns>The reply; null when the message is gone or its writer cannot be reached.</returns>
    /// <exception cref="PlatformException">The platform does not take this card.</exception>
    public Task<SentMessage?> ReplyEntityAsync(string appId, string messageId, string cardId, string purpose, CancellationToken ct) =>
        OnceAsync(messageId, () => messages.ReplyEntityAsync(appId, messageId, cardId, MessageUuid.For(purpose, messageId), ct), ct);

    /// <summary>Writes to a person where there is no message to reply to.</summary>
    /// <param name="user">Whom, by whose bot.</param>
    /// <param name="card">What to say.</param>
    /// <param name="purpose">Tells apart what is said about one thing.</param>
    /// <param name="about">The thing.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task<SentMessage?> SendAsync(UserKey user, Card card, string purpose, string about, CancellationToken ct) =>
        OnceAsync(about, () => messages.SendCardAsync(user.AppId, Receiver.User(user.OpenId), card, MessageUuid.For(purpose, about), ct), ct);

    private async Task<SentMessage?> OnceAsync(string messageId, Func<Task<SentMessage>> send, CancellationToken ct)
    {
        try
        {
            return await PatientlyAsync(send, ct);
        }
        catch (PlatformException refused) when (MessageErrors.IsGone(refused.Error.Code) || MessageErrors.CannotBeReached(refused.Error.Code))
        {
            Log.NobodyToTell(log, messageId, refused.Error.Code);
            return null;
        }
    }

    /// <param name="appId">Whose bot sent it.</param>
    /// <param name="cardMessageId">Which message.</param>
    /// <param name="card">The whole new card.</param>
    /// <param name="isEntity">It was sent by an id of its own. What the platform says to changing such a card here is not documented: whatever is not about the words means that it cannot be.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False when the card can no longer be changed.</returns>
    public async Task<bool> ChangeAsync(string appId, string cardMessageId, Card card, bool isEntity, CancellationToken ct)
    {
        try
        {
            return await PatientlyAsync(
                async () =>
                {
                    await messages.PatchCardAsync(appId, cardMessageId, card, ct);
                    return true;
                },
                ct);
        }
        catch (PlatformException refused) when (
            MessageErrors.CannotBeChanged(refused.Error.Code) || (isEntity && !refused.Error.IsTransient && !MessageErrors.IsContentRefused(refused.Error.Code)))
        {
            return false;
        }
    }

    // The platform answers its limit of 5 messages a second to one chat with 400, which the HTTP client does not repeat.
    private async Task<T> PatientlyAsync<T>(Func<Task<T>> send, CancellationToken ct)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return await send();
            }
            catch (PlatformException refused) when (tried < Tries && MessageErrors.IsPassing(refused.Error.Code))
            {
                await Task.Delay(TimeSpan.FromSeconds(0.5 * tried), clock, ct);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Message {MessageId} gets no reply: it is gone or its chat cannot be written to (code {Code})")]
        public static partial void NobodyToTell(ILogger logger, string messageId, int code);
    }
}

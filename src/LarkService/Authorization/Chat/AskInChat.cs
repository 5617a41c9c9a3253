using LarkService.Authorization.Cards;
using LarkService.Messaging;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Authorization.Chat;

/// <summary>Asks because the user wants to be asked; whatever goes wrong is said in chat, since nobody else listens.</summary>
internal sealed partial class AskInChat(Consents consents, MessageClient messages, ILogger<AskInChat> logger)
{
    public async Task AskAsync(ConsentAsk ask, CancellationToken ct)
    {
        try
        {
            if (await consents.AskAsync(ask, ct) is AskOutcome.TooOften)
            {
                await SayAsync(ask, NoticeCards.TooOften(), ct);
            }
        }
        catch (Exception e) when (e is PlatformException or HttpRequestException)
        {
            Log.NotAsked(logger, ask.User.AppId, e);
            await SayAsync(ask, NoticeCards.CouldNotAsk(), ct);
        }
    }

    private Task SayAsync(ConsentAsk ask, Card card, CancellationToken ct) => messages.SendCardAsync(
        ask.User.AppId,
        ask.ChatId is { } chat && !ask.IsGroup ? Receiver.Chat(chat) : Receiver.User(ask.User.OpenId),
        card,
        RandomIds.Create(128),
        ct);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A user of {AppId} could not be asked for consent")]
        public static partial void NotAsked(ILogger logger, string appId, Exception e);
    }
}

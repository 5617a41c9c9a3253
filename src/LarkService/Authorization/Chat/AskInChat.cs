using LarkService.Authorization.Cards;
using LarkService.Messaging;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Authorization.Chat;

/// <summary>Asks because the user wants to be asked; whatever comes of it is said in chat, since nobody else listens.</summary>
internal sealed partial class AskInChat(Consents consents, MessageClient messages, TimeProvider clock, ILogger<AskInChat> logger)
{
    /// <summary>So long a card that was sent is surely in sight.</summary>
    private static readonly TimeSpan InSight = TimeSpan.FromSeconds(30);

    public async Task AskAsync(ConsentAsk ask, CancellationToken ct)
    {
        try
        {
            if (Words(ask, await consents.AskAsync(ask, ct)) is { } words)
            {
                await SayAsync(ask, words, ct);
            }
        }
        catch (PlatformException e) when (PlatformCodes.IsAppScopeMissing(e.Error.Code))
        {
            await SayAsync(ask, NoticeCards.AdministratorMustAct(), ct);
        }
        catch (Exception e) when (e is PlatformException or HttpRequestException)
        {
            Log.NotAsked(logger, ask.User.AppId, e);
            await SayAsync(ask, NoticeCards.CouldNotAsk(), ct);
        }
    }

    /// <returns>Null when the card says enough.</returns>
    private Card? Words(ConsentAsk ask, AskOutcome outcome) => outcome switch
    {
        AskOutcome.TooOften => NoticeCards.TooOften(),
        AskOutcome.TooManyScopes => NoticeCards.AdministratorMustAct(),
        AskOutcome.Asked asked when IsElsewhere(ask, asked) => NoticeCards.AnswerTheOther(),
        _ => null,
    };

    // No message came because of this wish, and the card that waits is not the one that was clicked.
    private bool IsElsewhere(ConsentAsk ask, AskOutcome.Asked asked) =>
        (asked.InPlace || (!asked.CardSent && asked.Session.CreatedAt < clock.GetUtcNow() - InSight))
        && asked.Session.MessageId is { } card && card != ask.CardOf?.MessageId && card != ask.Clicked;

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

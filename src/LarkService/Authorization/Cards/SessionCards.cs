using System.Text.Json;
using LarkService.Authorization.Flows;
using LarkService.Data.Outbox;
using LarkService.Grants;
using LarkService.Messaging;
using LarkService.Platform.OpenApi;
using Microsoft.Extensions.Options;

namespace LarkService.Authorization.Cards;

/// <summary>Keeps a session's card in step with the session: sends it, then changes it in place whenever the session changes.</summary>
internal sealed partial class SessionCards(
    AuthorizationSessions sessions, ConsentLinks links, UserGrants grants, MessageClient messages, IOptions<AuthorizationOptions> options, ILogger<SessionCards> logger)
    : IOutboxSubscriber
{
    private const string First = "consent";

    /// <summary>How it looks now.</summary>
    public async Task<Card> RenderAsync(AuthorizationSession session, CancellationToken ct)
    {
        var page = session.State == SessionState.Pending ? new Uri(links.Page(session).Reveal()) : null;
        var grant = session.State == SessionState.Authorized ? await grants.FindAsync(session.User, ct) : null;
        return SessionCard.For(session, page, grant, options.Value.PrivacyPolicyUrl);
    }

    /// <summary>Sends it where the session was asked for: a group shows it to its user alone, or not at all.</summary>
    public async Task SendAsync(AuthorizationSession session, bool isGroup, CancellationToken ct)
    {
        var card = await RenderAsync(session, ct);
        if (!isGroup || !await TryOnlyVisibleAsync(session, card, ct))
        {
            await SendAsync(session, session.ChatId is { } chat && !isGroup ? Receiver.Chat(chat) : Receiver.User(session.OpenId), card, MessageUuid.For(First, session.SessionId), ct);
        }

        await FollowAsync(session, ct);
    }

    /// <summary>Sends it to the user's own chat with the bot.</summary>
    public async Task SendDirectlyAsync(AuthorizationSession session, CancellationToken ct)
    {
        await SendAsync(session, Receiver.User(session.OpenId), await RenderAsync(session, ct), MessageUuid.For(First, session.SessionId), ct);
        await FollowAsync(session, ct);
    }

    public async Task HandleAsync(JsonElement payload, CancellationToken ct)
    {
        var changed = payload.Deserialize<SessionChanged>(JsonSerializerOptions.Web)!;
        if (await sessions.FindAsync(changed.SessionId, ct) is { MessageId: not null } session)
        {
            await ShowAsync(session, session.MessageId, ct);
        }
    }

    private async Task ShowAsync(AuthorizationSession session, string messageId, CancellationToken ct)
    {
        var card = await RenderAsync(session, ct);
        try
        {
            await (session.OnlyVisible ? ReplaceOnlyVisibleAsync(session, messageId, card, ct) : messages.PatchCardAsync(session.AppId, messageId, card, ct));
        }
        catch (PlatformException e) when (MessageErrors.CannotBeChanged(e.Error.Code))
        {
            Log.SentAnew(logger, session.SessionId, e.Error.Code);
            await SendAnewAsync(session, card, ct);
        }

        // Another session may have taken the card over while we drew; then what it shows must be drawn after us.
        if (!session.OnlyVisible && await sessions.FindAsync(session.SessionId, ct) is { MessageId: null })
        {
            await sessions.ShowAgainAsync(session, ct);
        }
    }

    private async Task ReplaceOnlyVisibleAsync(AuthorizationSession session, string messageId, Card card, CancellationToken ct)
    {
        try
        {
            await messages.DeleteOnlyVisibleAsync(session.AppId, messageId, ct);
        }
        catch (PlatformException e) when (!e.Error.IsTransient && !e.Error.IsRateLimit && !MessageErrors.IsPassing(e.Error.Code))
        {
            Log.NotDeleted(logger, session.SessionId, e.Error.Code); // gone already, by an earlier try of ours
        }

        if (!await TryOnlyVisibleAsync(session, card, ct))
        {
            await SendAnewAsync(session, card, ct);
        }
    }

    /// <summary>A new card takes the place of one that is gone; it says itself how things stand. Tried again, it is the same message.</summary>
    private async Task SendAnewAsync(AuthorizationSession session, Card card, CancellationToken ct)
    {
        var shows = AuthorizationSessions.Hash($"{session.State}/{session.OpenedAt:O}/{session.WrongPersonCount}/{session.SealedLink}");
        try
        {
            var gone = session.MessageId!;
            var sent = await messages.SendCardAsync(session.AppId, Receiver.User(session.OpenId), card, MessageUuid.For("consent-anew", $"{session.SessionId}/{gone}/{shows}"), ct);
            if (sent.MessageId.Length > 0)
            {
                await sessions.CardMovedAsync(session.User, gone, sent, ct);
                await sessions.ShowOthersAsync(session, sent.MessageId, ct); // it may have been taken over while it was on its way
            }
        }
        catch (PlatformException e) when (MessageErrors.CannotBeReached(e.Error.Code))
        {
            Log.NobodyThere(logger, session.SessionId, e.Error.Code);
        }
    }

    private async Task SendAsync(AuthorizationSession session, Receiver receiver, Card card, string uuid, CancellationToken ct)
    {
        var sent = await messages.SendCardAsync(session.AppId, receiver, card, uuid, ct);
        if (sent.MessageId.Length > 0)
        {
            await sessions.CardSentAsync(session.SessionId, sent.MessageId, sent.ChatId, onlyVisible: false, ct);
        }
    }

    // The session may have ended or got another link before anybody knew where its card is.
    private async Task FollowAsync(AuthorizationSession session, CancellationToken ct)
    {
        var now = await sessions.FindAsync(session.SessionId, ct);
        if (now is not null && (now.State != session.State || now.SealedLink != session.SealedLink))
        {
            await sessions.ShowAgainAsync(now, ct);
        }
    }

    /// <returns>False when the platform does not show such a card here: the user is not online, or it is no plain group.</returns>
    private async Task<bool> TryOnlyVisibleAsync(AuthorizationSession session, Card card, CancellationToken ct)
    {
        try
        {
            var sent = await messages.SendOnlyVisibleToAsync(session.AppId, session.ChatId!, session.OpenId, card, ct);
            await sessions.CardSentAsync(session.SessionId, sent.MessageId, null, onlyVisible: true, ct);
            return true;
        }
        catch (PlatformException e)
        {
            Log.Direct(logger, session.SessionId, e.Error.Code);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3, LogLevel.Information, "Session {SessionId}: the card only its user sees could not be deleted (code {Code})")]
        public static partial void NotDeleted(ILogger logger, string sessionId, int code);

        [LoggerMessage(4, LogLevel.Information, "Session {SessionId}: its card is gone and its user cannot be written to (code {Code})")]
        public static partial void NobodyThere(ILogger logger, string sessionId, int code);

        [LoggerMessage(1, LogLevel.Information, "Session {SessionId}: its card can no longer be changed (code {Code}); a new one was sent")]
        public static partial void SentAnew(ILogger logger, string sessionId, int code);

        [LoggerMessage(2, LogLevel.Information, "Session {SessionId}: the card cannot be shown in the group to one person (code {Code}); it goes out directly")]
        public static partial void Direct(ILogger logger, string sessionId, int code);
    }
}

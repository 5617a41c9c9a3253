using LarkService.Authorization.Cards;
using LarkService.Events.Chat;
using LarkService.Grants;
using LarkService.Messaging;

namespace LarkService.Authorization.Chat;

/// <summary><c>/auth</c>: what the user has granted, and until when. In a group it goes to the user directly.</summary>
internal sealed class ShowAuthorization(UserGrants grants, MessageClient messages) : IChatHandler
{
    public static ChatCommand Command { get; } = new("/auth", "Show what you have authorized, until when, and change it", "查看你的授权内容和有效期，并进行管理", "認可した内容と期限を確認・変更");

    public async Task HandleAsync(IncomingMessage message, CancellationToken ct) => await messages.SendCardAsync(
        message.AppId,
        Place.Of(message),
        NoticeCards.Mine(message.OpenId, await grants.FindAsync(message.User, ct)),
        MessageUuid.For("auth", message.MessageId),
        ct);
}

/// <summary><c>/revoke</c>: takes the grant back at once; the card that says so is sent by the revocation itself.</summary>
internal sealed class RevokeAuthorization(UserGrants grants, Revocations revocations, MessageClient messages) : IChatHandler
{
    public static ChatCommand Command { get; } = new("/revoke", "Take your authorization back", "撤销你的授权", "認可を取り消す");

    public async Task HandleAsync(IncomingMessage message, CancellationToken ct)
    {
        if (await grants.FindAsync(message.User, ct) is { Status: not GrantStatus.Revoked })
        {
            await revocations.RevokeAsync(message.User, "user", Place.ChatOf(message), ct);
            return;
        }

        await messages.SendCardAsync(message.AppId, Place.Of(message), NoticeCards.NothingToRevoke(), MessageUuid.For("revoke", message.MessageId), ct);
    }
}

/// <summary>Where an answer about a person's own authorization goes: never where others read it.</summary>
internal static class Place
{
    public static Receiver Of(IncomingMessage message) => ChatOf(message) is { } chat ? Receiver.Chat(chat) : Receiver.User(message.OpenId);

    /// <summary>Null: to the person directly.</summary>
    public static string? ChatOf(IncomingMessage message) => message.IsGroup || message.IsFromMenu ? null : message.ChatId;
}

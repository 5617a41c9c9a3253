using System.Text.Json;
using LarkService.Authorization.Cards;
using LarkService.Data.Outbox;
using LarkService.Grants;
using LarkService.Grants.Upkeep;
using LarkService.Messaging;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Authorization.Chat;

/// <summary>Tells a user that their grant was taken back.</summary>
internal sealed class TellRevoked(MessageClient messages, UserGrants grants) : IOutboxSubscriber
{
    public async Task HandleAsync(JsonElement payload, CancellationToken ct)
    {
        var revoked = payload.Deserialize<GrantRevoked>(JsonSerializerOptions.Web)!;
        if (revoked.By is RevokedBy.Leaver or UnusedGrants.By)
        {
            return; // nobody is there, or nobody has used it for a month: the log tells, a card would only puzzle
        }

        var grant = await grants.FindAsync(new UserKey(revoked.AppId, revoked.OpenId), ct);
        var receiver = revoked.ChatId is { } chat ? Receiver.Chat(chat) : Receiver.User(revoked.OpenId);
        try
        {
            await messages.SendCardAsync(
                revoked.AppId, receiver, NoticeCards.Revoked(revoked.OpenId, revoked.By, revoked.Reason), MessageUuid.For("revoked", $"{revoked.AppId}/{revoked.OpenId}/{grant?.Version}"), ct);
        }
        catch (PlatformException e) when (MessageErrors.CannotBeReached(e.Error.Code))
        {
            // Somebody who left the company need not be told.
        }
    }
}

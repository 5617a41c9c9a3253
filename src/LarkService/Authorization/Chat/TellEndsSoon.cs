using System.Globalization;
using System.Text.Json;
using LarkService.Authorization.Cards;
using LarkService.Data.Outbox;
using LarkService.Grants;
using LarkService.Messaging;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Authorization.Chat;

/// <summary>Tells a user that their authorization comes to its end, and how to renew it.</summary>
internal sealed class TellEndsSoon(MessageClient messages, UserGrants grants) : IOutboxSubscriber
{
    public async Task HandleAsync(JsonElement payload, CancellationToken ct)
    {
        var soon = payload.Deserialize<GrantEndsSoon>(JsonSerializerOptions.Web)!;
        var user = new UserKey(soon.AppId, soon.OpenId);
        if (await grants.FindAsync(user, ct) is not { Status: GrantStatus.Active } grant || grant.GrantedAt > soon.GrantedAt)
        {
            return; // renewed or gone: nothing ends
        }

        try
        {
            var uuid = MessageUuid.For("ends-soon", string.Create(CultureInfo.InvariantCulture, $"{soon.AppId}/{soon.OpenId}/{soon.EndsAt.ToUnixTimeSeconds()}"));
            await messages.SendCardAsync(soon.AppId, Receiver.User(soon.OpenId), NoticeCards.EndsSoon(soon.OpenId, soon.EndsAt), uuid, ct);
        }
        catch (PlatformException e) when (MessageErrors.CannotBeReached(e.Error.Code))
        {
            // Somebody who left the company need not be told.
        }
    }
}

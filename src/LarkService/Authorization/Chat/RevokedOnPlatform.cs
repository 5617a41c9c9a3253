using System.Text.Json;
using LarkService.Events;
using LarkService.Grants;
using LarkService.Platform;

namespace LarkService.Authorization.Chat;

/// <summary>
/// <c>auth.user_access_token.revoked_v4</c>. The platform does not say whether an ordinary rotation or a new consent sends it,
/// too; so it counts only when it is younger than the tokens in use: those issued later are not what was revoked.
/// </summary>
internal sealed class RevokedOnPlatform(UserGrants grants, Revocations revocations) : IEventHandler
{
    public const string EventType = "auth.user_access_token.revoked_v4";

    public async Task HandleAsync(LarkEvent received, CancellationToken ct)
    {
        if (!received.Body.TryGetProperty("open_id", out var id) || id.ValueKind != JsonValueKind.String)
        {
            return;
        }

        var user = new UserKey(received.AppId, id.GetString()!);
        if (await grants.FindAsync(user, ct) is { Status: not GrantStatus.Revoked } grant && (grant.AccessIssuedAt ?? grant.GrantedAt) < received.CreatedAt)
        {
            await revocations.RevokeAsync(user, "platform", chatId: null, ct);
        }
    }
}

using System.Text.Json;
using LarkService.Authorization.Flows;
using LarkService.Events;
using LarkService.Grants;
using LarkService.Platform;

namespace LarkService.Authorization.Chat;

/// <summary>
/// <c>contact.user.deleted_v3</c>: somebody has left the company. Their grant is taken back, what waits for their consent ends,
/// and no card goes to somebody who is not there.
/// </summary>
internal sealed class UserLeft(UserGrants grants, Revocations revocations, AuthorizationSessions sessions, ConsentCompletion completion) : IEventHandler
{
    public const string EventType = "contact.user.deleted_v3";

    public async Task HandleAsync(LarkEvent received, CancellationToken ct)
    {
        if (OpenId(received.Body) is not { Length: > 0 } openId)
        {
            return;
        }

        var user = new UserKey(received.AppId, openId);
        foreach (var session in await sessions.PendingOfAsync(user, ct))
        {
            if (session.CreatedAt <= received.CreatedAt)
            {
                await sessions.LetGoOfCardAsync(session.SessionId, ct);
                await completion.EndAsync(session, SessionState.Failed, SessionErrors.UserGone, ct);
            }
        }

        // Somebody may come back, and agree, before an event that was late arrives.
        if (await grants.FindAsync(user, ct) is { } grant && grant.GrantedAt <= received.CreatedAt)
        {
            await revocations.RevokeAsync(user, RevokedBy.Leaver, chatId: null, ct);
        }
    }

    private static string? OpenId(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("object", out var user) && user.ValueKind == JsonValueKind.Object
            && user.TryGetProperty("open_id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
}

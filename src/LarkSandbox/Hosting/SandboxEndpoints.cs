using LarkSandbox.Access;
using LarkSandbox.Aily;
using LarkSandbox.Apaas;
using LarkSandbox.Cards;
using LarkSandbox.Cards.Entities;
using LarkSandbox.Chat;
using LarkSandbox.Contacts;
using LarkSandbox.Drive;
using LarkSandbox.Faults;
using LarkSandbox.HttpPush;
using LarkSandbox.Im;
using LarkSandbox.Load;
using LarkSandbox.LongConnection;
using LarkSandbox.OAuth;
using Microsoft.AspNetCore.Mvc;

namespace LarkSandbox.Hosting;

/// <summary>The table of everything the simulator answers.</summary>
internal static class SandboxEndpoints
{
    public static void MapPlatform(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/callback/ws/endpoint", (HttpContext http, [FromServices] EndpointApi api, CancellationToken ct) => api.HandleAsync(http, ct));
        routes.Map("/ws/v2", (HttpContext http, [FromServices] SocketApi api) => api.HandleAsync(http));

        routes.MapPost("/open-apis/authen/v2/oauth/token", (HttpContext http, [FromServices] TokenApi api, CancellationToken ct) => api.HandleAsync(http, ct));
        routes.MapPost("/oauth/v1/device_authorization", (HttpContext http, [FromServices] DeviceAuthorizationApi api, CancellationToken ct) => api.HandleAsync(http, ct));
        routes.MapPost("/oauth/v1/revoke", (HttpContext http, [FromServices] RevokeApi api, CancellationToken ct) => api.HandleAsync(http, ct));
        routes.MapGet("/open-apis/authen/v1/user_info", (HttpContext http, [FromServices] UserInfoApi api) => api.Handle(http));
        routes.MapPost("/open-apis/auth/v3/tenant_access_token/internal", (HttpContext http, [FromServices] AppTokenApi api, CancellationToken ct) => api.TenantAsync(http, ct));
        routes.MapPost("/open-apis/auth/v3/app_access_token/internal", (HttpContext http, [FromServices] AppTokenApi api, CancellationToken ct) => api.AppAsync(http, ct));

        routes.MapPost("/open-apis/im/v1/messages", (HttpContext http, [FromServices] MessagesApi api, CancellationToken ct) => api.SendAsync(http, ct));
        routes.MapPost("/open-apis/im/v1/messages/{messageId}/reply", (HttpContext http, string messageId, [FromServices] MessagesApi api, CancellationToken ct) => api.ReplyAsync(http, messageId, ct));
        routes.MapPatch("/open-apis/im/v1/messages/{messageId}", (HttpContext http, string messageId, [FromServices] MessagesApi api, CancellationToken ct) => api.PatchAsync(http, messageId, ct));
        routes.MapDelete("/open-apis/im/v1/messages/{messageId}", (HttpContext http, string messageId, [FromServices] MessagesApi api) => api.Recall(http, messageId));
        routes.MapPost("/open-apis/ephemeral/v1/send", (HttpContext http, [FromServices] EphemeralApi api, CancellationToken ct) => api.SendAsync(http, ct));
        routes.MapPost("/open-apis/ephemeral/v1/delete", (HttpContext http, [FromServices] EphemeralApi api, CancellationToken ct) => api.DeleteAsync(http, ct));
        routes.MapPost("/open-apis/interactive/v1/card/update", (HttpContext http, [FromServices] CardUpdateApi api, CancellationToken ct) => api.HandleAsync(http, ct));
        routes.MapCardKit();
        routes.MapContacts();
        routes.MapAily();
        routes.MapApaas();
        routes.MapDrive();
        routes.MapFallback("/open-apis/{**path}", ApiGate.NotSimulated);
    }

    public static void MapChat(this IEndpointRouteBuilder routes)
    {
        var chat = routes.MapGroup("/sandbox/api");
        chat.MapGet("/state", (HttpContext http, [FromServices] ChatApi api) => api.State(http));
        chat.MapPost("/sign-in", (HttpContext http, [FromServices] ChatApi api, CancellationToken ct) => api.SignInAsync(http, ct));
        chat.MapGet("/messages", (string? openId, [FromServices] ChatApi api) => api.Messages(openId));
        chat.MapPost("/messages", (HttpContext http, [FromServices] ChatApi api, CancellationToken ct) => api.WriteAsync(http, ct));
        chat.MapPost("/chat-entered", (HttpContext http, [FromServices] ChatApi api, CancellationToken ct) => api.EnterAsync(http, ct));
        chat.MapPost("/menu", (HttpContext http, [FromServices] ChatApi api, CancellationToken ct) => api.ChooseMenuAsync(http, ct));
        chat.MapPost("/cards/click", (HttpContext http, [FromServices] ChatApi api, CancellationToken ct) => api.ClickAsync(http, ct));
        chat.MapGet("/calls", ([FromServices] AccessApi api) => api.Calls());
        chat.MapGet("/scopes", ([FromServices] AccessApi api) => api.Scopes());
        chat.MapPost("/scopes", (HttpContext http, [FromServices] AccessApi api, CancellationToken ct) => api.SetScopeAsync(http, ct));
        chat.MapPost("/grants", (HttpContext http, [FromServices] AccessApi api, CancellationToken ct) => api.GrantAsync(http, ct));
        chat.MapGet("/callback-address", ([FromServices] CallbackAddressApi api) => api.Show());
        chat.MapPut("/callback-address", (HttpContext http, [FromServices] CallbackAddressApi api, CancellationToken ct) => api.UseAsync(http, ct));
        chat.MapDelete("/callback-address", ([FromServices] CallbackAddressApi api) => api.Leave());
        chat.MapGet("/stream", (HttpContext http, string? openId, [FromServices] StreamApi api) => api.HandleAsync(http, openId));
        chat.MapPost("/load", (HttpContext http, [FromServices] LoadApi api, CancellationToken ct) => api.EventsAsync(http, ct));
        chat.MapPost("/load/clicks", (HttpContext http, [FromServices] LoadApi api, CancellationToken ct) => api.ClicksAsync(http, ct));
        chat.MapGroup("/workspaces").MapWorkspaceSeeds();
        chat.MapGroup("/faults").MapFaults().MapLineFaults();
    }

    private static RouteGroupBuilder MapFaults(this RouteGroupBuilder faults)
    {
        faults.MapGet("", ([FromServices] FaultsApi api) => api.State());
        faults.MapPost("/reset", ([FromServices] FaultsApi api) => api.Reset());
        faults.MapPost("/expire-token", (HttpContext http, [FromServices] FaultsApi api, CancellationToken ct) => api.ExpireTokenAsync(http, ct));
        faults.MapPost("/revoke-grant", (HttpContext http, [FromServices] FaultsApi api, CancellationToken ct) => api.RevokeGrantAsync(http, ct));
        faults.MapPost("/leave", (HttpContext http, [FromServices] FaultsApi api, CancellationToken ct) => api.LeaveAsync(http, ct));
        faults.MapPost("/fail-next", (HttpContext http, [FromServices] FaultsApi api, CancellationToken ct) => api.FailNextAsync(http, ct));
        faults.MapPost("/delay-next", (HttpContext http, [FromServices] FaultsApi api, CancellationToken ct) => api.DelayNextAsync(http, ct));
        faults.MapPost("/lose-answer", (HttpContext http, [FromServices] FaultsApi api, CancellationToken ct) => api.LoseAnswerAsync(http, ct));
        faults.MapPost("/refuse-endpoint", (HttpContext http, [FromServices] FaultsApi api, CancellationToken ct) => api.RefuseEndpointAsync(http, ct));
        faults.MapPost("/maintenance", (HttpContext http, [FromServices] FaultsApi api, CancellationToken ct) => api.MaintenanceAsync(http, ct));
        faults.MapPost("/restart", (HttpContext http, [FromServices] FaultsApi api, CancellationToken ct) => api.RestartAsync(http, ct));
        faults.MapPost("/limit", (HttpContext http, [FromServices] FaultsApi api, CancellationToken ct) => api.LimitAsync(http, ct));
        return faults;
    }

    private static void MapLineFaults(this RouteGroupBuilder faults)
    {
        faults.MapPost("/drop-connections", ([FromServices] LineFaultsApi api) => api.DropConnections());
        faults.MapPost("/silence", (HttpContext http, [FromServices] LineFaultsApi api, CancellationToken ct) => api.SilenceAsync(http, ct));
        faults.MapPost("/network", (HttpContext http, [FromServices] LineFaultsApi api, CancellationToken ct) => api.NetworkAsync(http, ct));
        faults.MapPost("/vanish", (HttpContext http, [FromServices] LineFaultsApi api, CancellationToken ct) => api.VanishAsync(http, ct));
        faults.MapPost("/cut", (HttpContext http, [FromServices] LineFaultsApi api, CancellationToken ct) => api.CutAsync(http, ct));
        faults.MapPost("/half-close", (HttpContext http, [FromServices] LineFaultsApi api, CancellationToken ct) => api.HalfCloseAsync(http, ct));
        faults.MapPost("/frames", (HttpContext http, [FromServices] LineFaultsApi api, CancellationToken ct) => api.FramesAsync(http, ct));
        faults.MapPost("/split", (HttpContext http, [FromServices] LineFaultsApi api, CancellationToken ct) => api.SplitAsync(http, ct));
        faults.MapPost("/duplicate", (HttpContext http, [FromServices] LineFaultsApi api, CancellationToken ct) => api.DuplicateAsync(http, ct));
        faults.MapPost("/pong-config", (HttpContext http, [FromServices] LineFaultsApi api, CancellationToken ct) => api.PongConfigAsync(http, ct));
        faults.MapPost("/refuse-handshake", (HttpContext http, [FromServices] LineFaultsApi api, CancellationToken ct) => api.RefuseHandshakeAsync(http, ct));
    }

    private static void MapCardKit(this IEndpointRouteBuilder routes)
    {
        var cards = routes.MapGroup("/open-apis/cardkit/v1/cards");
        cards.MapPost("", (HttpContext http, [FromServices] CardKitApi api, CancellationToken ct) => api.CreateAsync(http, ct));
        cards.MapPut("/{cardId}", (HttpContext http, string cardId, [FromServices] CardKitApi api, CancellationToken ct) => api.ReplaceAsync(http, cardId, ct));
        cards.MapPatch("/{cardId}/settings", (HttpContext http, string cardId, [FromServices] CardKitApi api, CancellationToken ct) => api.SettingsAsync(http, cardId, ct));
        cards.MapPut("/{cardId}/elements/{elementId}/content", (HttpContext http, string cardId, string elementId, [FromServices] CardKitApi api, CancellationToken ct) => api.ContentAsync(http, cardId, elementId, ct));
    }

    private static void MapContacts(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/open-apis/contact/v3/users");
        users.MapGet("/batch", (HttpContext http, [FromServices] ContactsApi api) => api.Batch(http));
        users.MapPost("/basic_batch", (HttpContext http, [FromServices] ContactLookupApi api, CancellationToken ct) => api.NamesAsync(http, ct));
        users.MapPost("/batch_get_id", (HttpContext http, [FromServices] ContactLookupApi api, CancellationToken ct) => api.IdsAsync(http, ct));
        users.MapGet("/{userId}", (HttpContext http, string userId, [FromServices] ContactsApi api) => api.Get(http, userId));
    }

    private static void MapAily(this IEndpointRouteBuilder routes)
    {
        var sessions = routes.MapGroup("/open-apis/aily/v1/sessions");
        sessions.MapPost("", (HttpContext http, [FromServices] SessionsApi api, CancellationToken ct) => api.CreateAsync(http, ct));
        sessions.MapGet("/{sessionId}", (HttpContext http, string sessionId, [FromServices] SessionsApi api) => api.Get(http, sessionId));
        sessions.MapPut("/{sessionId}", (HttpContext http, string sessionId, [FromServices] SessionsApi api, CancellationToken ct) => api.UpdateAsync(http, sessionId, ct));
        sessions.MapDelete("/{sessionId}", (HttpContext http, string sessionId, [FromServices] SessionsApi api) => api.Delete(http, sessionId));
        sessions.MapPost("/{sessionId}/messages", (HttpContext http, string sessionId, [FromServices] AilyMessagesApi api, CancellationToken ct) => api.CreateAsync(http, sessionId, ct));
        sessions.MapGet("/{sessionId}/messages", (HttpContext http, string sessionId, [FromServices] AilyMessagesApi api) => api.List(http, sessionId));
        sessions.MapGet("/{sessionId}/messages/{messageId}", (HttpContext http, string sessionId, string messageId, [FromServices] AilyMessagesApi api) => api.Get(http, sessionId, messageId));
        sessions.MapPost("/{sessionId}/runs", (HttpContext http, string sessionId, [FromServices] RunsApi api, CancellationToken ct) => api.CreateAsync(http, sessionId, ct));
        sessions.MapGet("/{sessionId}/runs", (HttpContext http, string sessionId, [FromServices] RunsApi api) => api.List(http, sessionId));
        sessions.MapGet("/{sessionId}/runs/{runId}", (HttpContext http, string sessionId, string runId, [FromServices] RunsApi api) => api.Get(http, sessionId, runId));
        var apps = routes.MapGroup("/open-apis/aily/v1/apps/{appId}");
        apps.MapGet("/skills", (string appId, [FromServices] SkillsApi api) => api.List(appId));
        apps.MapGet("/skills/{skillId}", (string appId, string skillId, [FromServices] SkillsApi api) => api.Get(appId, skillId));
        apps.MapPost("/skills/{skillId}/start", (HttpContext http, string appId, string skillId, [FromServices] SkillsApi api, CancellationToken ct) => api.StartAsync(http, appId, skillId, ct));
        apps.MapPost("/knowledges/ask", (HttpContext http, string appId, [FromServices] KnowledgeApi api, CancellationToken ct) => api.AskAsync(http, appId, ct));
        sessions.MapPost("/{sessionId}/runs/{runId}/cancel", (HttpContext http, string sessionId, string runId, [FromServices] RunsApi api) => api.Cancel(http, sessionId, runId));
    }
}

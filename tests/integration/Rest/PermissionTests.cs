using System.Net;
using LarkService.IntegrationTests.Callers;
using LarkService.IntegrationTests.Support;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Routing;

namespace LarkService.IntegrationTests.Rest;

/// <summary>Every route asks for its permission, and for no other.</summary>
public sealed class PermissionTests
{
    private const string Proxy = "/api/v1/lark/open-apis/{**rest}";

    internal static readonly (string Method, string Path, string Permission)[] Routes =
    [
        ("POST", "/api/v1/authorizations", "authorizations.write"),
        ("GET", "/api/v1/authorizations", "authorizations.read"),
        ("GET", "/api/v1/authorizations/{sessionId}", "authorizations.read"),
        ("GET", "/api/v1/grants", "grants.read"),
        ("GET", "/api/v1/grants/{openId}", "grants.read"),
        ("DELETE", "/api/v1/grants/{openId}", "grants.write"),
        ("POST", "/api/v1/grants/{openId}/refresh", "grants.write"),
        ("GET", "/api/v1/grants/{openId}/token", "tokens.read"),
        ("GET", "/api/v1/operations/{id}", "calls.execute"),
        ("GET", Proxy, "calls.execute"),
        ("POST", Proxy, "calls.execute"),
        ("PUT", Proxy, "calls.execute"),
        ("PATCH", Proxy, "calls.execute"),
        ("DELETE", Proxy, "calls.execute"),
        ("POST", "/api/v1/apaas/workspaces/{workspaceId}/sql", "calls.execute"),
        ("GET", "/api/v1/apaas/workspaces/{workspaceId}/tables", "calls.execute"),
        ("GET", "/api/v1/apaas/workspaces/{workspaceId}/tables/{table}", "calls.execute"),
        ("GET", "/api/v1/apaas/workspaces/{workspaceId}/tables/{table}/records", "calls.execute"),
        ("POST", "/api/v1/apaas/workspaces/{workspaceId}/tables/{table}/records", "calls.execute"),
        ("PATCH", "/api/v1/apaas/workspaces/{workspaceId}/tables/{table}/records", "calls.execute"),
        ("DELETE", "/api/v1/apaas/workspaces/{workspaceId}/tables/{table}/records", "calls.execute"),
        ("POST", "/api/v1/apaas/{namespace}/functions/{name}/invoke", "calls.execute"),
        ("POST", "/api/v1/apaas/{namespace}/flows/{flowId}/execute", "calls.execute"),
        ("POST", "/api/v1/ai/chat", "calls.execute"),
        ("POST", "/api/v1/ai/skills/{skillId}/start", "calls.execute"),
        ("POST", "/api/v1/ai/knowledge/ask", "calls.execute"),
        ("GET", "/api/v1/events", "events.manage"),
        ("POST", "/api/v1/events/{id}/replay", "events.manage"),
        ("GET", "/api/v1/webhooks/deliveries", "events.manage"),
        ("POST", "/api/v1/webhooks/deliveries/{id}/replay", "events.manage"),
        ("POST", "/api/v1/api-keys", "keys.manage"),
        ("GET", "/api/v1/api-keys", "keys.manage"),
        ("GET", "/api/v1/api-keys/{id}", "keys.manage"),
        ("DELETE", "/api/v1/api-keys/{id}", "keys.manage"),
        ("GET", "/api/v1/accounts", "accounts.manage"),
        ("GET", "/api/v1/accounts/{id}", "accounts.manage"),
        ("PATCH", "/api/v1/accounts/{id}", "accounts.manage"),
        ("DELETE", "/api/v1/accounts/{id}", "accounts.manage"),
        ("POST", "/api/v1/auth/register", ""), // who signs in has no key yet
        ("POST", "/api/v1/auth/login", ""),
        ("POST", "/api/v1/auth/refresh", ""),
        ("GET", "/api/openapi.json", ""),
    ];

    [Fact]
    public async Task Whoever_lacks_the_permission_is_told_which_and_whoever_has_that_one_alone_comes_through()
    {
        await using var scene = await CallerScene.StartAsync(Engine.Sqlite);
        var (alone, others) = (new Dictionary<string, Api>(), new Dictionary<string, Api>());
        foreach (var permission in Permissions.All)
        {
            alone[permission] = scene.As((await scene.NewKeyAsync(permission)).Key);
            others[permission] = scene.As((await scene.NewKeyAsync([.. Permissions.All.Except([permission])])).Key);
        }

        foreach (var (method, path, permission) in Routes.Where(r => r.Permission.Length > 0))
        {
            var lacking = (await SendAsync(others[permission], method, path)).MustBeProblem(HttpStatusCode.Forbidden, "permission-denied");
            Assert.Contains($"'{permission}'", lacking["detail"], StringComparison.Ordinal);
            var having = await SendAsync(alone[permission], method, path);
            Assert.True(having.Status != HttpStatusCode.Unauthorized && having["type"] != "urn:lark-service:permission-denied", $"{method} {path}: {having.Text}");
            (await SendAsync(new Api(scene.Anonymous), method, path)).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        }

        Assert.Equal(
            Routes.Select(r => $"{r.Method} {r.Path} {r.Permission}").Order(),
            scene.Inside<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)).SelectMany(Named).Order());
    }

    private static IEnumerable<string> Named(RouteEndpoint route) => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        .Select(method => $"{method} {route.RoutePattern.RawText!.TrimEnd('/')} {route.Metadata.GetMetadata<RequiredCaller>()?.Permission}");

    private static Task<ApiAnswer> SendAsync(Api api, string method, string path)
    {
        var concrete = path.Replace("{sessionId}", "unknown", StringComparison.Ordinal).Replace("{openId}", "ou_unknown", StringComparison.Ordinal).Replace("{id}", "unknown", StringComparison.Ordinal).Replace("{**rest}", "im/v1/messages", StringComparison.Ordinal);
        return api.SendAsync(new HttpMethod(method), concrete);
    }
}

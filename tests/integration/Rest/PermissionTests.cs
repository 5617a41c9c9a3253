using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using LarkService.Accounts;
using LarkService.IntegrationTests.Support;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

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
        await using var scene = await Scene.StartAsync(new()
        {
            Flow = Flow.Redirect,
            Services = services => services.AddAuthentication(Claimed.Scheme).AddScheme<AuthenticationSchemeOptions, Claimed>(
                Claimed.Scheme, o => o.ForwardForbid = o.ForwardChallenge = CallerAuthentication.SchemeName),
        });

        foreach (var (method, path, permission) in Routes.Where(r => r.Permission.Length > 0))
        {
            var lacking = (await SendAsync(scene, method, path, [.. Permissions.All.Except([permission])])).MustBeProblem(HttpStatusCode.Forbidden, "permission-denied");
            Assert.Contains($"'{permission}'", lacking["detail"], StringComparison.Ordinal);
            var having = await SendAsync(scene, method, path, permission);
            Assert.True(having.Status != HttpStatusCode.Unauthorized && having["type"] != "urn:lark-service:permission-denied", $"{method} {path}: {having.Text}");
        }

        Assert.Equal(
            Routes.Select(r => $"{r.Method} {r.Path} {r.Permission}").Order(),
            scene.Inside<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)).SelectMany(Named).Order());
    }

    private static IEnumerable<string> Named(RouteEndpoint route) => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        .Select(method => $"{method} {route.RoutePattern.RawText!.TrimEnd('/')} {route.Metadata.GetMetadata<IAuthorizeData>()?.Policy}");

    private static async Task<ApiAnswer> SendAsync(Scene scene, string method, string path, params string[] permissions)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = scene.Url };
        http.DefaultRequestHeaders.Add(Claimed.Header, string.Join(' ', permissions));
        var concrete = path.Replace("{sessionId}", "unknown", StringComparison.Ordinal).Replace("{openId}", "ou_unknown", StringComparison.Ordinal).Replace("{id}", "unknown", StringComparison.Ordinal).Replace("{**rest}", "im/v1/messages", StringComparison.Ordinal);
        return await new Api(http).SendAsync(new HttpMethod(method), concrete);
    }

    /// <summary>A caller who has the permissions the request names.</summary>
    private sealed class Claimed(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        public new const string Scheme = "Claimed";
        public const string Header = "X-Permissions";

        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var claims = Request.Headers[Header].ToString().Split(' ').Select(p => new Claim(Caller.PermissionClaim, p));
            return Task.FromResult(AuthenticateResult.Success(new(new ClaimsPrincipal(new ClaimsIdentity(claims, Scheme)), Scheme)));
        }
    }
}

using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary>The routes that hand out a token and force a refresh, as other systems use them.</summary>
public sealed class TokenRouteTests
{
    private const string Ai = "aily:run:write";
    private const string TokenEndpoint = "/open-apis/authen/v2/oauth/token";

    [Theory]
    [BothEngines]
    public async Task A_token_is_handed_out_with_its_end_and_scopes_and_stands_in_the_audit_log(Engine engine)
    {
        await using var scene = await GrantedAsync(engine);

        using var answer = await scene.Authorized.GetAsync(new Uri($"{TokenOf(scene)}?scopes={Uri.EscapeDataString(Ai + " offline_access")}", UriKind.Relative));
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Equal(["accessToken", "expiresAt", "scopes"], body.AsObject().Select(p => p.Key));
        Assert.NotNull(scene.Platform.Tokens.FindAccess(body["accessToken"]!.ToString()));
        Assert.True(DateTimeOffset.Parse(body["expiresAt"]!.ToString(), CultureInfo.InvariantCulture) > TimeProvider.System.GetUtcNow());
        Assert.Contains(Ai, body["scopes"]!.AsArray().Select(s => s!.ToString()));
        Assert.Equal(
            ["bootstrap", scene.Options.Sandbox.AppId, scene.Ava.OpenId, "handed_out"],
            Assert.Single(await scene.Database.RowsAsync("SELECT actor, app_id, open_id, result FROM audit_log WHERE action = 'token_hand_out'")));
    }

    [Fact]
    public async Task Whoever_has_not_agreed_is_asked_with_a_card_and_the_caller_is_told()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });

        var first = (await scene.Api.GetAsync($"{TokenOf(scene)}?scopes={Ai}")).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");
        var again = (await scene.Api.GetAsync($"{TokenOf(scene)}?scopes={Ai}")).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");

        Assert.Equal(("not_granted", "true"), (first["reason"], first["cardSent"]));
        Assert.Equal([Ai], first.Json!["missingScopes"]!.AsArray().Select(s => s!.ToString()));
        Assert.True(DateTimeOffset.Parse(first["expiresAt"]!, CultureInfo.InvariantCulture) > TimeProvider.System.GetUtcNow());
        Assert.Equal((first["sessionId"], "false"), (again["sessionId"], again["cardSent"]));
        Assert.Equal("pending", await scene.SessionStateAsync(first["sessionId"]!));
        await scene.Ava.AgreeAsync(Assert.Single(scene.Ava.AuthorizationCards));
        await Eventually.TrueAsync("the token", async () => (await scene.Api.GetAsync($"{TokenOf(scene)}?scopes={Ai}")).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Scopes_that_are_missing_and_a_grant_that_was_taken_back_are_told_apart()
    {
        await using var scene = await GrantedAsync();

        var more = (await scene.Api.GetAsync($"{TokenOf(scene)}?scopes={Ai}%20im:message")).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");
        Assert.Equal(("scopes_missing", "im:message"), (more["reason"], Assert.Single(more.Json!["missingScopes"]!.AsArray())!.ToString()));

        Assert.Equal(HttpStatusCode.NoContent, (await scene.Api.DeleteAsync($"/api/v1/grants/{scene.Ava.OpenId}")).Status);
        Assert.Equal("revoked", (await scene.Api.GetAsync(TokenOf(scene))).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required")["reason"]);
        Assert.Equal("revoked", (await RefreshAsync(scene)).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required")["reason"]);
        Assert.Equal(0, await scene.Database.CountAsync("audit_log", "action = 'token_hand_out'"));
    }

    [Theory]
    [BothEngines]
    public async Task A_forced_refresh_brings_the_next_token_and_the_grant_as_it_is_then(Engine engine)
    {
        await using var scene = await GrantedAsync(engine);
        var before = (await scene.Api.GetAsync(TokenOf(scene))).Must(HttpStatusCode.OK);

        var grant = (await RefreshAsync(scene)).Must(HttpStatusCode.OK);
        Assert.Equal((scene.Ava.OpenId, "active"), (grant["openId"], grant["status"]));
        Assert.DoesNotContain(scene.Platform.IssuedSecrets, secret => grant.Text.Contains(secret, StringComparison.Ordinal));
        Assert.Equal(1, scene.Platform.TokenCalls("refresh_token"));
        await Eventually.TrueAsync("the next token", async () => (await scene.Api.GetAsync(TokenOf(scene)))["accessToken"] is { } next && next != before["accessToken"]);
    }

    [Fact]
    public async Task A_refresh_that_the_platform_refuses_for_good_asks_the_user_with_one_card()
    {
        await using var scene = await GrantedAsync();
        var cards = scene.Ava.AuthorizationCards.Count;
        scene.Platform.Tokens.RevokeAll(scene.Ava.OpenId);

        var answer = (await RefreshAsync(scene)).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");

        Assert.Equal("expired", answer["reason"]);
        Assert.Equal("pending", await scene.SessionStateAsync(answer["sessionId"]!));
        await scene.Ava.AskedAsync();
        Assert.Equal(cards + 1, scene.Ava.AuthorizationCards.Count);
    }

    [Fact]
    public async Task Passing_trouble_is_unavailable_and_a_wrong_setting_is_the_platforms_error_and_neither_costs_the_grant()
    {
        await using (var scene = await GrantedAsync(sandbox: Scene.QuickSandbox with { AllowRefresh = false }))
        {
            var refused = (await RefreshAsync(scene)).MustBeProblem(HttpStatusCode.BadGateway, "platform-error");
            Assert.Equal("20074", refused["code"]);
            Assert.Equal("active", await scene.GrantStatusAsync(scene.Ava));
        }

        await using (var scene = await GrantedAsync())
        {
            scene.Platform.Faults.Board.FailNext(TokenEndpoint, 503, """{"code":20072,"error":"temporarily_unavailable"}""", times: 9);
            (await RefreshAsync(scene)).MustBeProblem(HttpStatusCode.ServiceUnavailable, "platform-unavailable");
            Assert.Equal("active", await scene.GrantStatusAsync(scene.Ava));
        }
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_said_and_strangers_get_nothing()
    {
        await using var scene = await GrantedAsync();

        (await scene.Api.GetAsync($"{TokenOf(scene)}?appId=cli_0")).MustBeProblem(HttpStatusCode.BadRequest, "unknown-app");
        (await scene.Api.GetAsync($"{TokenOf(scene)}?scopes={Uri.EscapeDataString("a<b")}")).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        (await scene.Api.GetAsync("/api/v1/grants/somebody/token")).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        (await scene.Api.GetAsync("/api/v1/grants/ou_0/token")).MustBeProblem(HttpStatusCode.BadGateway, "platform-error"); // the platform knows no such person
        (await scene.Api.PostAsync("/api/v1/grants/ou_0/refresh", new { })).MustBeProblem(HttpStatusCode.NotFound, "not-found");
        (await scene.Api.PostAsync($"/api/v1/grants/{scene.Ava.OpenId}/refresh?appId=cli_0", new { })).MustBeProblem(HttpStatusCode.BadRequest, "unknown-app");
        var stranger = new Api(scene.Anonymous);
        (await stranger.GetAsync(TokenOf(scene))).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        (await stranger.PostAsync($"/api/v1/grants/{scene.Ava.OpenId}/refresh", new { })).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    private static async Task<Scene> GrantedAsync(Engine engine = Engine.Sqlite, LarkSandbox.Hosting.SandboxOptions? sandbox = null)
    {
        var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect, Sandbox = sandbox ?? Scene.QuickSandbox });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        return scene;
    }

    private static string TokenOf(Scene scene) => $"/api/v1/grants/{scene.Ava.OpenId}/token";

    private static Task<ApiAnswer> RefreshAsync(Scene scene) => scene.Api.PostAsync($"/api/v1/grants/{scene.Ava.OpenId}/refresh", new { });
}

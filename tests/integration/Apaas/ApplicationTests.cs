using System.Net;
using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Applications;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Apaas;

/// <summary>Functions and flows: the app calls, and never for somebody who has not agreed.</summary>
public sealed class ApplicationTests
{
    private const string Email = "contact:user.email:readonly";
    private const string Root = "/api/v1/apaas/" + Application.Namespace;
    private const string Flow = Root + "/flows/" + FlowsApi.Approve + "/execute";

    [Fact]
    public async Task Nothing_runs_for_somebody_who_has_not_agreed_and_then_it_does()
    {
        await using var shop = await Shop.OpenAsync();
        var (ran, ava) = (shop.Scene.Platform.ApplicationCalls, shop.Scene.Ava);

        var function = (await shop.PostAsync(Root + "/functions/echo/invoke", [])).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");
        (await shop.PostAsync(Flow, [])).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");
        Assert.Equal(("not_granted", "true"), (function["reason"], function["cardSent"]));
        Assert.Empty(ran.All);
        await ava.AgreeAsync(Assert.Single(ava.AuthorizationCards));
        await Eventually.TrueAsync("the consent", async () => await shop.Scene.GrantStatusAsync(ava) == "active");

        (await shop.PostAsync(Root + "/functions/echo/invoke", [])).Must(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.NoContent, (await shop.Api.DeleteAsync($"/api/v1/grants/{ava.OpenId}")).Status);
        Assert.Equal("revoked", (await shop.PostAsync(Root + "/functions/echo/invoke", [])).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required")["reason"]);
        Assert.Single(ran.All);
        Assert.Equal(1, shop.Scene.Platform.Calls.Of("POST /open-apis/apaas/v1/applications/:namespace/functions/:function_api_name/invoke", openId: null));
    }

    [Fact]
    public async Task A_function_gets_what_it_is_given_and_the_verified_user_where_that_is_wanted()
    {
        await using var shop = await Shop.OpenAsync(null, "auth:user.id:read");
        var given = new JsonObject { ["text"] = "王 'quoted\" \\ 😀", ["n"] = JsonNode.Parse("1.50"), ["list"] = new JsonArray(1, null) };

        var echo = (await shop.PostAsync(Root + "/functions/echo/invoke", new() { ["params"] = given.DeepClone() })).Must(HttpStatusCode.OK);
        Assert.True(JsonNode.DeepEquals(given, echo.Json!["result"]), echo.Text);
        Assert.Equal("5", (await shop.PostAsync(Root + "/functions/add/invoke", new() { ["params"] = new JsonObject { ["a"] = 2, ["b"] = 3 } })).Json!["result"]!["sum"]!.ToString());
        var whoami = (await shop.PostAsync(Root + "/functions/whoami/invoke", new() { ["includeOperator"] = true })).Must(HttpStatusCode.OK);
        Assert.Equal(shop.Scene.Ava.OpenId, whoami.Json!["result"]!["open_id"]!.ToString());

        var forged = await shop.PostAsync(Root + "/functions/whoami/invoke", new() { ["params"] = new JsonObject { ["operator_open_id"] = shop.Scene.Mei.OpenId } });
        Assert.Contains("includeOperator", forged.MustBeProblem(HttpStatusCode.BadRequest, "validation")["detail"], StringComparison.Ordinal);
        foreach (var name in new[] { "../../im", "a b", "名", "a;b" })
        {
            (await shop.PostAsync($"{Root}/functions/{Uri.EscapeDataString(name)}/invoke", [])).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        }

        Assert.Equal(3, shop.Scene.Platform.ApplicationCalls.All.Count);
    }

    [Fact]
    public async Task What_the_platform_says_of_a_function_comes_through()
    {
        await using var shop = await Shop.OpenAsync(null, "auth:user.id:read");

        var failed = (await shop.PostAsync(Root + "/functions/fail/invoke", [])).MustBeProblem(HttpStatusCode.BadGateway, "platform-error");
        Assert.Equal("2320001", failed["code"]);
        Assert.Contains("as it was asked to", failed["msg"], StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(failed["logId"]));
        shop.Scene.Platform.AppScopes.Disable("app_engine:application.function:write");
        (await shop.PostAsync(Root + "/functions/echo/invoke", [])).MustBeProblem(HttpStatusCode.Forbidden, "app-scope-missing");
    }

    [Fact]
    public async Task A_flow_runs_for_the_user_by_their_address_and_once_for_a_key()
    {
        await using var shop = await Shop.OpenAsync(null, Email);
        var ran = shop.Scene.Platform.ApplicationCalls;

        var answer = (await shop.PostAsync(Flow, new() { ["params"] = new JsonObject { ["days"] = 3 }, ["idempotencyKey"] = "leave-1" })).Must(HttpStatusCode.OK);
        Assert.Equal(("end", "3"), (answer["status"], answer.Json!["outParams"]!["days"]!.ToString()));
        Assert.False(string.IsNullOrEmpty(answer["executionId"]));
        Assert.Equal(shop.Scene.Ava.OpenId, Assert.Single(ran.All).Operator);
        var again = (await shop.PostAsync(Flow, new() { ["idempotencyKey"] = "leave-1" })).MustBeProblem(HttpStatusCode.BadGateway, "platform-error");
        Assert.Equal("2320001", again["code"]);
        Assert.Single(ran.All);
        (await shop.PostAsync(Flow, [])).Must(HttpStatusCode.OK);
        (await shop.PostAsync(Flow, [])).Must(HttpStatusCode.OK); // each with a key of its own
        Assert.Equal(3, ran.All.Count);
    }

    [Fact]
    public async Task Who_carries_a_flow_out_is_whom_the_caller_names_and_a_missing_address_is_said()
    {
        await using var shop = await Shop.OpenAsync(null, "auth:user.id:read");

        var unknown = (await shop.PostAsync(Flow, [])).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        Assert.Contains(Email, unknown["detail"], StringComparison.Ordinal);
        Assert.Empty(shop.Scene.Platform.ApplicationCalls.All);
        (await shop.PostAsync(Flow, new() { ["operator"] = new JsonObject { ["_id"] = 1_800_000_000_000_002 } })).Must(HttpStatusCode.OK);
        Assert.Equal(shop.Scene.Mei.OpenId, Assert.Single(shop.Scene.Platform.ApplicationCalls.All).Operator);
        (await shop.PostAsync(Flow, new() { ["operator"] = new JsonObject { ["email"] = "nobody@example.com" } })).MustBeProblem(HttpStatusCode.BadGateway, "platform-error");
    }

    [Fact]
    public async Task A_flow_that_fails_inside_says_so()
    {
        await using var shop = await Shop.OpenAsync(null, Email);

        var failed = (await shop.PostAsync($"{Root}/flows/{FlowsApi.Broken}/execute", [])).MustBeProblem(HttpStatusCode.BadGateway, "platform-error");

        Assert.Equal(("k_wf_ec_000001", "node 3 failed"), (failed["code"], failed["msg"]));
        Assert.False(string.IsNullOrEmpty(failed["logId"]));
        Assert.False(string.IsNullOrEmpty(failed["executionId"]));
    }
}

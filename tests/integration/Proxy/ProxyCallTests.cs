using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using LarkService.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;

namespace LarkService.IntegrationTests.Proxy;

/// <summary>Calls of another system through the proxy: what it sends, what comes back, and what is asked of whom when something is missing.</summary>
public sealed class ProxyCallTests(SharedProxy shared) : IClassFixture<SharedProxy>
{
    private const string Contacts = SharedProxy.Scope;
    private const string Batch = "/open-apis/contact/v3/users/batch";
    private const string Messages = "/open-apis/im/v1/messages";

    private readonly string _thing = ProxyScene.NewThing();

    [Theory]
    [BothEngines]
    public async Task A_call_is_made_in_the_users_name_and_the_platforms_answer_comes_back_as_it_is(Engine engine)
    {
        await using var proxy = await ProxyScene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect }, Contacts);
        var scene = proxy.Scene;

        using var request = proxy.Request(HttpMethod.Get, $"{Batch}?user_ids={scene.Ava.OpenId}&user_ids={scene.Mei.OpenId}");
        request.Headers.Add("X-Request-Of-Mine", "7");
        request.Headers.Add("Cookie", "session=mine");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var answer = await proxy.SendAsync(request);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        Assert.Equal((HttpStatusCode.OK, "0", 2), (answer.StatusCode, body["code"]!.ToString(), body["data"]!["items"]!.AsArray().Count));
        Assert.NotEmpty(answer.Headers.GetValues("X-Tt-Logid"));
        var sent = Assert.Single(proxy.Platform.To(Batch));
        Assert.Equal($"{Batch}?user_ids={scene.Ava.OpenId}&user_ids={scene.Mei.OpenId}", sent.Target);
        Assert.Equal("Bearer " + await proxy.TokenAsync(), sent.Authorization);
        Assert.Equal(["Authorization", "Host", "X-Request-Of-Mine"], sent.Headers.Keys.Order());
        Assert.Equal(proxy.Platform.Url.Authority, sent.Headers["Host"]);

        // Who called on whose behalf
        Assert.Equal("400", (await proxy.GetAsync(Batch)).Must(HttpStatusCode.BadRequest).Status.ToString("D"));
        await scene.Service.StopAsync();
        var rows = await scene.Database.RowsAsync("SELECT actor, app_id, open_id, result, detail FROM audit_log WHERE action = 'call' ORDER BY result");
        Assert.Equal(["bootstrap bootstrap", "ok refused"], [string.Join(' ', rows.Select(r => r[0])), string.Join(' ', rows.Select(r => r[3]))]);
        Assert.All(rows, row => Assert.Equal([scene.Options.Sandbox.AppId, scene.Ava.OpenId], row[1..3]));
        Assert.All(rows, row => Assert.StartsWith("GET /open-apis/contact/v3/users/batch: 1 from ", row[4]!.ToString(), StringComparison.Ordinal));
        await Leaks.NoneAsync(scene);
    }

    [Fact]
    public async Task Whoever_has_not_agreed_is_asked_once_for_the_least_that_does_and_then_the_same_call_goes_through()
    {
        await using var proxy = await ProxyScene.StartAsync();
        var scene = proxy.Scene;

        var first = (await proxy.GetAsync(Batch)).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");
        var again = (await proxy.GetAsync(Batch)).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");

        Assert.Equal(("not_granted", "true", "false"), (first["reason"], first["cardSent"], again["cardSent"]));
        Assert.Equal(first["sessionId"], again["sessionId"]);
        Assert.Equal([Contacts], first.Json!["missingScopes"]!.AsArray().Select(s => s!.ToString()));
        Assert.Empty(proxy.Platform.To(Batch));
        await scene.Ava.AgreeAsync(Assert.Single(scene.Ava.AuthorizationCards));
        await Eventually.TrueAsync("the call", async () => (await proxy.GetAsync($"{Batch}?user_ids={scene.Ava.OpenId}")).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_scope_that_turns_out_to_be_missing_is_asked_for_and_nothing_is_known_beforehand()
    {
        await using var proxy = await ProxyScene.StartAsync(null, "im:message");

        var problem = (await proxy.GetAsync(Batch)).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");

        Assert.Equal(("scopes_missing", Contacts), (problem["reason"], Assert.Single(problem.Json!["missingScopes"]!.AsArray())!.ToString()));
        Assert.Single(proxy.Platform.To(Batch)); // the platform said so
        var named = (await proxy.GetAsync(Batch, ("X-Lark-Scopes", "aily:run:read"))).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");
        Assert.Equal("aily:run:read", Assert.Single(named.Json!["missingScopes"]!.AsArray())!.ToString());
        Assert.Single(proxy.Platform.To(Batch)); // the caller said so: nothing was sent
    }

    [Fact]
    public async Task What_the_app_lacks_is_a_matter_for_an_administrator()
    {
        var proxy = shared.Proxy;
        proxy.Platform.On(_thing, (400, """{"code":99991672,"msg":"Access denied.","error":{"permission_violations":[{"subject":"thing:thing:read"}]}}"""));

        var problem = (await proxy.GetAsync(_thing)).MustBeProblem(HttpStatusCode.Forbidden, "app-scope-missing");

        Assert.EndsWith("/auth?q=thing:thing:read", problem["consoleUrl"], StringComparison.Ordinal);
        Assert.Single(proxy.Scene.Ava.AuthorizationCards); // the first one; nobody was asked again
    }

    [Theory]
    [BothEngines]
    public async Task A_token_that_ran_out_is_renewed_and_the_call_repeated_with_its_body(Engine engine)
    {
        await using var proxy = await ProxyScene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect }, Contacts, "im:message", "im:message.send_as_user");
        var old = await proxy.TokenAsync();
        proxy.Scene.Platform.Faults.ExpireTokens(proxy.Scene.Ava.OpenId);
        var message = $$$"""{"receive_id":"{{{proxy.Scene.Mei.OpenId}}}","msg_type":"text","content":"{\"text\":\"周报\"}"}""";

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => proxy.CallAsync(HttpMethod.Post, Messages + "?receive_id_type=open_id", new StringContent(message, Encoding.UTF8, "application/json"))));

        Assert.All(answers, answer => Assert.Equal("0", answer.Must(HttpStatusCode.OK)["code"]));
        Assert.Equal(1, proxy.Scene.Platform.TokenCalls("refresh_token"));
        var current = await proxy.TokenAsync();
        Assert.NotEqual(old, current);
        Assert.Equal(4, proxy.Platform.To(Messages).Count(r => r.Authorization == "Bearer " + current));
    }

    [Fact]
    public async Task A_body_too_large_to_keep_is_not_sent_twice_the_caller_sends_it_again()
    {
        await using var proxy = await ProxyScene.StartAsync(null, Contacts);
        proxy.Platform.On(ProxyScene.Thing, (400, """{"code":99991677,"msg":"token expire"}"""), (200, """{"code":0}"""));
        var large = new byte[1024 * 1024 + 1];

        (await proxy.CallAsync(HttpMethod.Put, ProxyScene.Thing, new ByteArrayContent(large))).MustBeProblem(HttpStatusCode.Conflict, "repeat-required");
        Assert.Single(proxy.Platform.To(ProxyScene.Thing));
        Assert.Equal(1, proxy.Scene.Platform.TokenCalls("refresh_token"));
        (await proxy.CallAsync(HttpMethod.Put, ProxyScene.Thing, new ByteArrayContent(large))).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_short_pause_is_waited_out_here_a_longer_one_by_the_caller()
    {
        var proxy = shared.Proxy;
        var pause = "1";
        var calls = 0;
        proxy.Platform.On(_thing, async http =>
        {
            var isFirst = Interlocked.Increment(ref calls) == 1;
            http.Response.StatusCode = isFirst || pause == "30" ? 400 : 200;
            http.Response.Headers["x-ogw-ratelimit-reset"] = pause;
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(isFirst || pause == "30" ? """{"code":99991400,"msg":"request trigger frequency limit"}""" : """{"code":0}""");
        });

        (await proxy.CallAsync(HttpMethod.Post, _thing, new StringContent("{}"))).Must(HttpStatusCode.OK);
        Assert.Equal(2, calls);
        pause = "30";
        var limited = (await proxy.GetAsync(_thing)).MustBeProblem(HttpStatusCode.TooManyRequests, "rate-limited");
        Assert.Equal(TimeSpan.FromSeconds(30), limited.RetryAfter);
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task Refusals_that_are_the_callers_matter_come_back_untouched()
    {
        var proxy = shared.Proxy;
        foreach (var (status, body) in ((int, string)[])[(400, """{"code":1470400,"msg":"bad"}"""), (404, ""), (500, "<html>"), (418, """{"x":1}"""), (200, """{"code":99992402,"msg":"param"}""")])
        {
            proxy.Platform.On(_thing, async http =>
            {
                http.Response.StatusCode = status;
                http.Response.ContentType = body.StartsWith('{') ? "application/json; charset=utf-8" : "text/html";
                http.Response.Headers.SetCookie = "session=1";
                http.Response.Headers.AccessControlAllowOrigin = "*";
                await http.Response.WriteAsync(body);
            });
            using var answer = await proxy.SendAsync(proxy.Request(HttpMethod.Delete, _thing));

            Assert.Equal((status, body), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
            Assert.False(answer.Headers.Contains("Set-Cookie") || answer.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task An_answer_that_is_lost_leaves_open_what_became_of_a_write_and_nothing_of_a_read()
    {
        var proxy = shared.Proxy;
        proxy.Platform.On(_thing, http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });

        var write = (await proxy.CallAsync(HttpMethod.Post, _thing, new StringContent("{}"))).MustBeProblem(HttpStatusCode.ServiceUnavailable, "platform-unavailable");
        var read = (await proxy.GetAsync(_thing)).MustBeProblem(HttpStatusCode.ServiceUnavailable, "platform-unavailable");

        Assert.Contains("look before you make it again", write["detail"], StringComparison.Ordinal);
        Assert.Contains("Nothing was lost", read["detail"], StringComparison.Ordinal);
        Assert.Single(proxy.Platform.To(_thing), r => r.Method == "POST");
    }

    [Fact]
    public async Task A_platform_that_is_away_is_said_to_be()
    {
        await using var proxy = await ProxyScene.StartAsync(null, Contacts);
        await proxy.Platform.DisposeAsync();

        var problem = (await proxy.CallAsync(HttpMethod.Post, ProxyScene.Thing, new StringContent("{}"))).MustBeProblem(HttpStatusCode.ServiceUnavailable, "platform-unavailable");
        Assert.Contains("Nothing was lost", problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_may_wait_goes_through_at_once_when_nothing_is_missing_and_keeps_no_large_body()
    {
        var proxy = shared.Proxy;
        proxy.Platform.On(_thing, async http =>
        {
            using var text = new StreamReader(http.Request.Body);
            await http.Response.WriteAsync($"{await text.ReadToEndAsync()} {http.Request.Headers["Prefer"]}");
        });

        var answer = (await proxy.CallAsync(HttpMethod.Post, _thing, new StringContent("hello"), ("Prefer", "respond-async, missing=default"))).Must(HttpStatusCode.OK);
        Assert.Equal("hello missing=default", answer.Text);
        (await proxy.CallAsync(HttpMethod.Post, _thing, new ByteArrayContent(new byte[1024 * 1024 + 1]), ("Prefer", "respond-async")))
            .MustBeProblem(HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
        Assert.Single(proxy.Platform.To(_thing));
    }

    [Fact]
    public async Task Whose_grant_was_taken_back_is_not_called_for_any_more()
    {
        await using var proxy = await ProxyScene.StartAsync(null, Contacts);
        (await proxy.GetAsync($"{Batch}?user_ids={proxy.Scene.Ava.OpenId}")).Must(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.NoContent, (await proxy.Scene.Api.DeleteAsync($"/api/v1/grants/{proxy.Scene.Ava.OpenId}")).Status);

        Assert.Equal("revoked", (await proxy.GetAsync(Batch)).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required")["reason"]);
        Assert.Single(proxy.Platform.To(Batch));
    }
}

using System.Net;
using LarkService.Grants.Upkeep;
using LarkService.IntegrationTests.Refresh;
using LarkService.IntegrationTests.Support;
using LarkService.Webhooks;
using Microsoft.AspNetCore.Http;

namespace LarkService.IntegrationTests.Webhooks;

/// <summary>Other systems are told of what happens, in earnest.</summary>
public sealed class WebhookTests
{
    [Theory]
    [BothEngines]
    public async Task Every_end_of_a_session_and_every_turn_of_a_grant_is_told_signed_and_without_any_secret(Engine engine)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect, Settings = receiver.Settings() });
        var (lei, mei, ava) = (scene.Lei, scene.Mei, scene.Ava);
        var grantOfLei = $"/api/v1/grants/{lei.OpenId}";

        // Sessions: agreed to, declined, failed, and run out
        await scene.GrantAsync(lei, "im:message");
        await ToldAsync(receiver, WebhookEvents.Authorized, lei);
        var declined = (await scene.Api.AskAsync(mei)).Must(HttpStatusCode.Created);
        await mei.PressAsync(scene.Platform.FindMessage(declined["messageId"]!)!, Person.Decline);
        Assert.Equal(declined["sessionId"], (await ToldAsync(receiver, WebhookEvents.Declined, mei))["sessionId"]!.ToString());
        scene.Platform.Faults.Board.FailNext(Cluster.TokenPath, 400, """{"code":20009,"error":"invalid_client"}""");
        var failed = (await scene.Api.AskAsync(ava)).Must(HttpStatusCode.Created);
        await ava.AgreeAsync(scene.Platform.FindMessage(failed["messageId"]!)!);
        Assert.Equal("platform_20009", (await ToldAsync(receiver, WebhookEvents.Failed, ava))["data"]!["errorCode"]!.ToString());
        (await scene.Api.AskAsync(ava, "im:message")).Must(HttpStatusCode.Created);
        scene.Clock.Advance(TimeSpan.FromMinutes(11));
        await ToldAsync(receiver, WebhookEvents.Expired, ava);

        // Grants: a refresh fails, and works again; the year comes to its end; it is taken back
        scene.Platform.Faults.Board.FailNext(Cluster.TokenPath, 400, """{"code":20074,"error":"invalid_client"}""");
        (await scene.Api.PostAsync($"{grantOfLei}/refresh", new { })).Must(HttpStatusCode.BadGateway);
        Assert.Equal("""{"reason":"configuration","code":20074}""", WithoutTimes(await ToldAsync(receiver, WebhookEvents.RefreshFailed, lei)));
        scene.Clock.Advance(TimeSpan.FromSeconds(31));
        (await scene.Api.PostAsync($"{grantOfLei}/refresh", new { })).Must(HttpStatusCode.OK);
        Assert.Equal("configuration", (await ToldAsync(receiver, WebhookEvents.Recovered, lei))["data"]!["after"]!.ToString());
        var yearAgo = engine == Engine.Sqlite ? "granted_at - 360 * 86400000" : "granted_at - interval '360 days'";
        await scene.Database.ExecuteAsync($"UPDATE user_grants SET granted_at = {yearAgo}");
        await scene.Inside<EndAnnouncements>().RunAsync(default);
        Assert.Equal("day_365", (await ToldAsync(receiver, WebhookEvents.Expiring, lei))["data"]!["reason"]!.ToString());
        (await scene.Api.DeleteAsync(grantOfLei)).Must(HttpStatusCode.NoContent);
        Assert.Equal("api", (await ToldAsync(receiver, WebhookEvents.Revoked, lei))["data"]!["by"]!.ToString());

        await Eventually.TrueAsync("all being noted", async () => await scene.Database.CountAsync("webhook_deliveries", "state = 'delivered'") == 8);
        Assert.Equal(8, receiver.Notices.Select(n => n.Delivery).Distinct().Count());
        Assert.All(receiver.Notices, n => Assert.True(n.IsSigned(Receiver.Secret) && !n.IsSigned(Receiver.Secret + "x"), n.Text));
        Assert.All(receiver.Notices, n => Assert.DoesNotContain(scene.Platform.IssuedSecrets, secret => n.Text.Contains(secret, StringComparison.Ordinal)));
        await Leaks.NoneAsync(scene);
        Assert.DoesNotContain(scene.AllOutput, line => line.Contains(Receiver.Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_receiver_that_fails_hears_it_again_and_one_that_is_silent_holds_up_nobody()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var silent = await Receiver.StartAsync();
        silent.Answer = (http, _) => Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
        receiver.Answer = (http, _) =>
        {
            http.Response.StatusCode = receiver.Notices.Count <= 2 ? 500 : 204;
            return Task.CompletedTask;
        };
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect, Settings = new(silent.Settings().Concat(receiver.Settings(1))) });

        // The card turns as if nobody was to be told
        var asked = (await scene.Api.AskAsync(scene.Ava)).Must(HttpStatusCode.Created);
        var card = scene.Platform.FindMessage(asked["messageId"]!)!;
        await scene.Ava.AgreeAsync(card);
        await card.TurnsAsync("green", TimeSpan.FromSeconds(8));
        await Eventually.TrueAsync("the first try", () => receiver.Notices.Count == 1);

        // And the one that failed twice has it at the third try, under the same name
        foreach (var (tries, pause) in new[] { (1, 5), (2, 30) })
        {
            await Eventually.TrueAsync("the failure being noted", async () => await CountAsync(scene, receiver, $"attempts = {tries} AND last_error = 'HTTP 500' AND lease_owner IS NULL") == 1);
            scene.Clock.Advance(TimeSpan.FromSeconds(pause));
            await Eventually.TrueAsync("the next try", () => receiver.Notices.Count == tries + 1);
        }

        await Eventually.TrueAsync("its arrival", async () => await CountAsync(scene, receiver, "state = 'delivered'") == 1);
        Assert.Single(receiver.Notices.Select(n => (n.Delivery, n.Text)).Distinct());
        Assert.Equal(3, receiver.Notices.Count);
        Assert.Equal(0, await CountAsync(scene, silent, "state = 'delivered'"));
    }

    [Fact]
    public async Task Redirects_are_not_followed_and_endless_answers_not_read()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var endless = await Receiver.StartAsync();
        receiver.Answer = (http, _) =>
        {
            http.Response.Redirect("/elsewhere", permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };
        endless.Answer = async (http, _) =>
        {
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.Body.WriteAsync(new byte[4096], http.RequestAborted);
            }
        };
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect, Settings = new(receiver.Settings().Concat(endless.Settings(1))) });

        await scene.Inside<WebhookQueue>().AddAsync(Notice("ou_1"), default);

        await Eventually.TrueAsync("the answer that never ends", async () => await CountAsync(scene, endless, "state = 'delivered'") == 1);
        await Eventually.TrueAsync("the redirect", async () => await CountAsync(scene, receiver, "last_error = 'HTTP 307'") == 1);
        Assert.Equal("/lark", Assert.Single(receiver.Notices).Path);
    }

    [Fact]
    public async Task What_was_on_its_way_when_the_process_was_killed_comes_after_the_restart()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (http, _) => Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect, OwnProcess = true, Settings = receiver.Settings() });
        var asked = (await scene.Api.AskAsync(scene.Ava)).Must(HttpStatusCode.Created);
        await scene.Ava.PressAsync(scene.Platform.FindMessage(asked["messageId"]!)!, Person.Decline);
        await Eventually.TrueAsync("the notice being on its way", () => receiver.Notices.Count == 1);

        await scene.KillAsync();
        receiver.Answer = (_, _) => Task.CompletedTask;
        await scene.StartServiceAsync();

        await Eventually.TrueAsync("its arrival", async () => await scene.Database.CountAsync("webhook_deliveries", "state = 'delivered'") == 1);
        Assert.Equal(2, receiver.Notices.Count);
        Assert.Single(receiver.Notices.Select(n => n.Delivery).Distinct());
    }

    [Fact]
    public async Task Two_replicas_send_each_notice_once()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var scene = await Scene.StartAsync(new() { Engine = Engine.Postgres, Flow = Flow.Redirect, Settings = receiver.Settings() });
        await using var other = await RunningService.StartAsync(Cluster.Beside(scene), TimeProvider.System);
        var queues = new[] { scene.Inside<WebhookQueue>(), (WebhookQueue)other.Services.GetService(typeof(WebhookQueue))! };

        // Told to both replicas at once, as after a crash
        await Task.WhenAll(Enumerable.Range(0, 100).SelectMany(i => queues.Select(q => AddAsync(q, Notice($"ou_{i}")))));

        await Eventually.TrueAsync("all having arrived", async () => await scene.Database.CountAsync("webhook_deliveries", "state = 'delivered'") == 100);
        Assert.Equal(100, receiver.Notices.Count);
        Assert.Equal(100, receiver.Notices.Select(n => n.Delivery).Distinct().Count());
    }

    [Theory]
    [BothEngines]
    public async Task What_was_given_up_is_listed_and_replayed_over_REST(Engine engine)
    {
        const string deliveries = "/api/v1/webhooks/deliveries";
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (http, _) =>
        {
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect, Settings = receiver.Settings() });
        for (var i = 0; i < 3; i++)
        {
            await scene.Inside<WebhookQueue>().AddAsync(Notice($"ou_{i}"), default);
        }

        await Eventually.TrueAsync("the first tries", async () => await CountAsync(scene, receiver, "last_error = 'HTTP 503' AND lease_owner IS NULL") == 3);
        await scene.Database.ExecuteAsync("UPDATE webhook_deliveries SET state = 'dead', attempts = 9");

        var first = (await scene.Api.GetAsync($"{deliveries}?limit=2")).Must(HttpStatusCode.OK);
        var rest = (await scene.Api.GetAsync($"{deliveries}?state=dead&limit=2&cursor={first["nextCursor"]}")).Must(HttpStatusCode.OK);
        Assert.Null(rest["nextCursor"]);
        var items = first.Json!["items"]!.AsArray().Concat(rest.Json!["items"]!.AsArray()).ToList();
        Assert.Equal(["ou_0", "ou_1", "ou_2"], items.Select(d => d!["openId"]!.ToString()).Order());
        var one = items[0]!;
        Assert.Equal(
            ("dead", "9", "HTTP 503", receiver.Url.AbsoluteUri, WebhookEvents.Revoked),
            (one["state"]!.ToString(), one["attempts"]!.ToString(), one["lastError"]!.ToString(), one["url"]!.ToString(), one["type"]!.ToString()));
        Assert.NotNull(one["endedAt"]);

        receiver.Answer = (_, _) => Task.CompletedTask;
        var id = one["id"]!.ToString();
        Assert.Equal("pending", (await scene.Api.PostAsync($"{deliveries}/{id}/replay", new { })).Must(HttpStatusCode.Accepted)["state"]);
        await Eventually.TrueAsync("its arrival", async () => (await scene.Api.GetAsync($"{deliveries}?state=delivered")).Json!["items"]!.AsArray().Any(d => d!["id"]!.ToString() == id));
        (await scene.Api.PostAsync($"{deliveries}/{id}/replay", new { })).MustBeProblem(HttpStatusCode.Conflict, "delivery-not-dead");
        (await scene.Api.PostAsync($"{deliveries}/unknown/replay", new { })).MustBeProblem(HttpStatusCode.NotFound, "not-found");
        (await scene.Api.GetAsync($"{deliveries}?state=odd")).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        (await scene.Api.GetAsync($"{deliveries}?cursor=odd")).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        Assert.Contains(scene.AllOutput, line => line.Contains(id, StringComparison.Ordinal) && line.Contains("bootstrap", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_webhook_stops_the_start_and_its_secret_is_not_shown()
    {
        await using var scene = await Scene.PrepareAsync();
        var settings = scene.Settings();
        settings["Webhooks:0:Url"] = "http://host.example/lark";
        settings["Webhooks:0:Secret"] = "short-secret";

        var (exitCode, _, errors) = await ServiceProcess.RunAsync(settings);

        Assert.Equal(78, exitCode);
        Assert.Contains("Webhooks__0__Url", errors, StringComparison.Ordinal);
        Assert.Contains("Webhooks__0__Secret", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("short-secret", errors, StringComparison.Ordinal);
    }

    private static WebhookNotice Notice(string openId) =>
        new(WebhookEvents.Revoked, "cli_x", openId, "test", TimeProvider.System.GetUtcNow()) { Data = new { by = "test" } };

    // The outbox tries again when two processes store the same notice in the same moment; so does this.
    private static Task AddAsync(WebhookQueue queue, WebhookNotice notice) => Eventually.TrueAsync("the notice being stored", async () =>
    {
        try
        {
            await queue.AddAsync(notice, default);
            return true;
        }
        catch (Microsoft.EntityFrameworkCore.DbUpdateException)
        {
            return false;
        }
    });

    private static Task<long> CountAsync(Scene scene, Receiver receiver, string where) => scene.Database.CountAsync("webhook_deliveries", $"url = '{receiver.Url.AbsoluteUri}' AND {where}");

    private static async Task<System.Text.Json.Nodes.JsonNode> ToldAsync(Receiver receiver, string type, Person about) =>
        (await Eventually.FindAsync($"the notice {type}", () => receiver.Notices.FirstOrDefault(n => n.Type == type && n.Json["openId"]!.ToString() == about.OpenId))).Json;

    private static string WithoutTimes(System.Text.Json.Nodes.JsonNode notice)
    {
        var data = notice["data"]!.AsObject();
        Assert.True(data.Remove("accessTokenExpiresAt"));
        return data.ToJsonString();
    }
}

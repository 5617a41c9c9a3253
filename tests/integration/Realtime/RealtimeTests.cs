using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using LarkService.Data.News;
using LarkService.IntegrationTests.Callers;
using LarkService.IntegrationTests.Operations;
using LarkService.IntegrationTests.Support;
using LarkService.Realtime;
using Microsoft.Extensions.Hosting;

namespace LarkService.IntegrationTests.Realtime;

/// <summary>The hub on a real socket: who hears what, who is let in, and what becomes of those who misbehave.</summary>
public sealed class RealtimeTests
{
    private const string Operation = "operation:completed";

    /// <summary>Far less than the host allows itself.</summary>
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task What_ends_is_told_on_every_replica_to_whom_it_concerns_and_to_nobody_else()
    {
        var (scene, other, there) = await CallerScene.StartTwoAsync();
        await using var first = scene;
        await using var second = other;
        await Eventually.TrueAsync("both listening", () => Listenings(scene.Service) > 0 && Listenings(other) > 0);
        var (crm, erp, audit) = ((await scene.NewKeyAsync("calls.execute")).Key, (await scene.NewKeyAsync("calls.execute")).Key, (await scene.NewKeyAsync("authorizations.read")).Key);
        await using var crmHere = await RealtimeClient.ConnectAsync(scene.Url, crm);
        await using var crmThere = await RealtimeClient.ConnectAsync(there, crm, inQuery: true);
        await using var erpThere = await RealtimeClient.ConnectAsync(there, erp);
        await using var auditHere = await RealtimeClient.ConnectAsync(scene.Url, audit);
        await using var auditThere = await RealtimeClient.ConnectAsync(there, audit);

        // A call that waits, and somebody who agrees
        var id = await ParkAsync(scene.Url, crm, scene.Ava);
        await scene.Ava.AgreeAsync(await scene.Ava.AskedAsync());
        foreach (var client in (RealtimeClient[])[crmHere, crmThere])
        {
            var told = await client.EventAsync(Operation);
            Assert.Equal((id, "succeeded", scene.Ava.OpenId, scene.Options.Sandbox.AppId), (told["id"]!.ToString(), told["state"]!.ToString(), told["openId"]!.ToString(), told["appId"]!.ToString()));
        }

        foreach (var client in (RealtimeClient[])[auditHere, auditThere])
        {
            var told = await client.EventAsync("authorization:completed");
            Assert.Equal((scene.Ava.OpenId, "authorized", "redirect"), (told["openId"]!.ToString(), told["state"]!.ToString(), told["flow"]!.ToString()));
        }

        // Another caller's, and somebody who declines: it is the first thing that caller hears
        var declined = await ParkAsync(there, erp, scene.Mei);
        await scene.Mei.PressAsync(await scene.Mei.AskedAsync(), Person.Decline);
        Assert.Equal((declined, "declined"), Ended(await erpThere.EventAsync(Operation)));
        Assert.Equal("declined", (await auditHere.EventAsync("authorization:declined"))["state"]!.ToString());
        Assert.Equal("declined", (await auditThere.EventAsync("authorization:declined"))["state"]!.ToString());

        // A replica that could not hear the others says so; the first caller heard nothing of what was not theirs
        await scene.Database.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{NewsListener.ApplicationName}' AND datname = current_database()");
        foreach (var client in (RealtimeClient[])[crmHere, crmThere, erpThere, auditHere, auditThere])
        {
            Assert.Equal("events_missed", (await client.EventAsync("system:notification"))["kind"]!.ToString());
        }

        var again = await ParkAsync(there, crm, scene.Lei);
        await scene.Lei.AgreeAsync(await scene.Lei.AskedAsync());
        Assert.Equal((again, "succeeded"), Ended(await crmHere.EventAsync(Operation)));
        Assert.Equal((again, "succeeded"), Ended(await crmThere.EventAsync(Operation)));
    }

    [Fact]
    public async Task Strangers_are_refused_and_whoever_is_known_is_counted()
    {
        await using var scene = await CallerScene.StartAsync();
        var (key, account) = ((await scene.NewKeyAsync("grants.read")).Key, await scene.NewAccountAsync());

        Assert.All(
            await Task.WhenAll(
                RealtimeClient.RefusalAsync(scene.Url, null),
                RealtimeClient.RefusalAsync(scene.Url, key[..^1]),
                RealtimeClient.RefusalAsync(scene.Url, key[..^1], inQuery: true),
                RealtimeClient.RefusalAsync(scene.Url, account["accessToken"] + "x", inQuery: true),
                RealtimeClient.RefusalAsync(scene.Url, "", inQuery: true)),
            status => Assert.Equal(HttpStatusCode.Unauthorized, status));
        (await new Api(scene.Anonymous).PostAsync("/hubs/realtime/negotiate?negotiateVersion=1", new { })).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        var negotiated = (await scene.As(key).PostAsync("/hubs/realtime/negotiate?negotiateVersion=1", new { })).Must(HttpStatusCode.OK);
        Assert.Equal(["WebSockets"], negotiated.Json!["availableTransports"]!.AsArray().Select(t => t!["transport"]!.ToString()));
        Assert.Equal(0, await ConnectionsAsync(scene));

        await using (await RealtimeClient.ConnectAsync(scene.Url, key, inQuery: true))
        await using (await RealtimeClient.ConnectAsync(scene.Url, account["accessToken"], inQuery: true))
        await using (await RealtimeClient.ConnectAsync(scene.Url, scene.BootstrapKey))
        {
            await Eventually.TrueAsync("three being counted", async () => await ConnectionsAsync(scene) == 3); // SignalR welcomes before it says so
        }

        await Eventually.TrueAsync("nobody being counted any more", async () => await ConnectionsAsync(scene) == 0);
    }

    [Fact]
    public async Task What_is_not_understood_is_answered_with_an_error_and_the_connection_stays()
    {
        await using var scene = await CallerScene.StartAsync();
        await using var client = await RealtimeClient.ConnectAsync(scene.Url, scene.BootstrapKey);

        foreach (var (message, target) in (IEnumerable<(string, string?)>)
            [
                ("""{"type":1,"target":"job:start","arguments":[{"kind":"transcribe"}]}""", "job:start"),
                ("""{"type":1,"target":"job:cancel","arguments":[]}""", "job:cancel"),
                ("""{"type":1,"target":"settings:update","arguments":[1,"x",null]}""", "settings:update"),
                ("""{"type":1,"target":"OnConnectedAsync","arguments":[]}""", "OnConnectedAsync"),
                ("""{"type":1,"target":"job:start","arguments":"none"}""", null),
                ("""{"type":1,"target":"job:start"}""", null),
                ("""{"type":2,"invocationId":"1","item":{}}""", null),
                ("""{"type":3,"invocationId":"1","result":{}}""", null),
                ("""{"type":99}""", null),
                ("{}", null),
                ("""{"type":""", null),
                ("what is this?", null),
                ("", null),
            ])
        {
            await client.SendAsync(message);
            var error = await client.EventAsync("error");
            Assert.Equal(("urn:lark-service:validation", target), (error["type"]!.ToString(), error["target"]?.ToString()));
            Assert.NotEmpty(error["detail"]!.ToString());
        }

        // Whoever waits for a result gets one
        await client.SendAsync("""{"type":1,"invocationId":"7","target":"job:start","arguments":[]}""");
        Assert.Equal("job:start", (await client.EventAsync("error"))["target"]!.ToString());
        var answer = await client.NextAsync();
        Assert.Equal((3, "7"), (answer["type"]!.GetValue<int>(), answer["invocationId"]!.ToString()));
        Assert.Contains("'job:start' is nothing this version takes", answer["error"]!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(scene.AllOutput, line => line.Contains("job:start", StringComparison.Ordinal));

        // And what it is there for still comes
        var id = await ParkAsync(scene.Url, scene.BootstrapKey, scene.Ava);
        await scene.Ava.AgreeAsync(await scene.Ava.AskedAsync());
        Assert.Equal(
            [("authorization:completed", scene.Ava.OpenId), (Operation, id)],
            (await Task.WhenAll(client.NextAsync(), client.NextAsync())).Select(m => (m["target"]!.ToString(), (m["arguments"]![0]!["id"] ?? m["arguments"]![0]!["openId"])!.ToString())).Order());

        // More than a message may have ends it
        await client.SendAsync(new string('x', 20_000));
        Assert.Equal(7, (await client.NextAsync())["type"]!.GetValue<int>());
        await client.GoneAsync();
    }

    [Fact]
    public async Task Whoever_may_not_call_any_more_is_closed_and_nobody_else()
    {
        await using var scene = await CallerScene.StartAsync();
        var key = await scene.NewKeyAsync("grants.read");
        var account = await scene.NewAccountAsync();
        var disabled = (await scene.Api.PostAsync("/api/v1/auth/register", new { email = "grace@example.com", password = CallerScene.Password })).Must(HttpStatusCode.Created);
        await using var byBootstrap = await RealtimeClient.ConnectAsync(scene.Url, scene.BootstrapKey);
        await using var byKey = await RealtimeClient.ConnectAsync(scene.Url, key.Key);
        await using var byToken = await RealtimeClient.ConnectAsync(scene.Url, account["accessToken"], inQuery: true);
        await using var byDisabled = await RealtimeClient.ConnectAsync(scene.Url, disabled["accessToken"]);

        (await scene.Api.DeleteAsync($"/api/v1/api-keys/{key.Id}")).Must(HttpStatusCode.NoContent);
        var grace = (await scene.Api.GetAsync("/api/v1/accounts")).Json!["items"]!.AsArray().Single(a => a!["email"]!.ToString() == "grace@example.com")!["id"];
        (await scene.Api.SendAsync(HttpMethod.Patch, $"/api/v1/accounts/{grace}", JsonContent.Create(new { disabled = true }))).Must(HttpStatusCode.OK);
        foreach (var client in (RealtimeClient[])[byKey, byDisabled])
        {
            var (error, mayComeBack) = await client.ClosedAsync();
            Assert.Equal(("urn:lark-service:unauthenticated", false), (error["type"]!.ToString(), mayComeBack));
            Assert.Contains("revoked", error["detail"]!.ToString(), StringComparison.Ordinal);
        }

        scene.Clock.Advance(TimeSpan.FromMinutes(15));
        var (expired, mayReturn) = await byToken.ClosedAsync();
        Assert.True(mayReturn);
        Assert.Contains("expired", expired["detail"]!.ToString(), StringComparison.Ordinal);

        // Nothing has happened to whom all this is no matter
        await byBootstrap.SendAsync("still there?");
        Assert.Equal("urn:lark-service:validation", (await byBootstrap.EventAsync("error"))["type"]!.ToString());
    }

    [Fact]
    public async Task A_token_that_outlives_its_account_opens_no_line()
    {
        await using var scene = await CallerScene.StartAsync();
        var account = await scene.NewAccountAsync();
        await scene.Inside<IEnumerable<IHostedService>>().OfType<FormerCallerLoop>().Single().StopAsync(CancellationToken.None); // it would close what was let in
        var id = (await scene.Api.GetAsync("/api/v1/accounts")).Json!["items"]![0]!["id"];
        (await scene.Api.SendAsync(HttpMethod.Patch, $"/api/v1/accounts/{id}", JsonContent.Create(new { disabled = true }))).Must(HttpStatusCode.OK);

        await using var client = await RealtimeClient.ConnectAsync(scene.Url, account["accessToken"]);

        var (error, mayComeBack) = await client.ClosedAsync();
        Assert.Equal(("urn:lark-service:unauthenticated", false), (error["type"]!.ToString(), mayComeBack));
        Assert.Empty(scene.Inside<LiveConnections>().All);
    }

    [Fact]
    public async Task A_client_that_reads_nothing_is_cut_off_and_holds_up_nobody()
    {
        await using var scene = await CallerScene.StartAsync();
        await using var good = await RealtimeClient.ConnectAsync(scene.Url, scene.BootstrapKey);
        await using var deaf = await RealtimeClient.ConnectDeafAsync(scene.Url, scene.BootstrapKey);
        await Eventually.TrueAsync("both being connected", async () => await ConnectionsAsync(scene) == 2);
        var large = JsonSerializer.SerializeToElement(new string('x', 4000));

        // Until what lies between is full: some megabytes
        for (var batch = 0; !scene.AllOutput.Any(line => line.Contains("was cut off", StringComparison.Ordinal)); batch++)
        {
            Assert.True(batch < 400, "Whoever reads nothing is still connected.");
            for (var i = 0; i < 50; i++)
            {
                scene.Inside<LiveArrivals>().Add(new LiveEvent("tick", LiveGroups.Everybody, large));
            }

            for (var i = 0; i < 50; i++)
            {
                await good.EventAsync("tick");
            }
        }

        await Eventually.TrueAsync("one being left", async () => await ConnectionsAsync(scene) == 1);
    }

    [Fact]
    public async Task A_stop_closes_everybody_also_those_who_come_back_at_once_and_is_over_soon()
    {
        await using var scene = await CallerScene.StartAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RealtimeClient.ConnectAsync(scene.Url, scene.BootstrapKey)));
        using var over = new CancellationTokenSource();
        var comingBack = Enumerable.Range(0, 4).Select(_ => ComeBackAsync(scene, over.Token)).ToList();
        await Eventually.TrueAsync("all being connected", async () => await ConnectionsAsync(scene) >= 24);
        var started = TimeProvider.System.GetTimestamp();

        await scene.Service.StopAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, Promptly);
        await Task.WhenAll(clients.Select(c => c.GoneAsync()));
        await over.CancelAsync();
        await Task.WhenAll(comingBack);
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    /// <summary>A client that connects again the moment it is cut off.</summary>
    private static async Task ComeBackAsync(Scene scene, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                await using var client = await RealtimeClient.ConnectAsync(scene.Url, scene.BootstrapKey);
                await client.GoneAsync().WaitAsync(over);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                await Task.Yield(); // refused, closed in the handshake, or over
            }
        }
    }

    private static (string Id, string State) Ended(JsonNode told) => (told["id"]!.ToString(), told["state"]!.ToString());

    private static async Task<double> ConnectionsAsync(Scene scene) =>
        double.Parse((await scene.Anonymous.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n').Single(l => l.StartsWith("lark_service_realtime_connections", StringComparison.Ordinal)).Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A call that waits for somebody's consent.</summary>
    private static async Task<string> ParkAsync(Uri service, string key, Person person)
    {
        using var http = CallerScene.Client(service, key);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/lark" + Caller.Sessions) { Content = JsonContent.Create(new JsonObject()) };
        request.Headers.Add("X-Lark-Open-Id", person.OpenId);
        request.Headers.Add("X-Lark-Scopes", Caller.Write);
        request.Headers.Add("Prefer", "respond-async");
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, text);
        return JsonNode.Parse(text)!["id"]!.ToString();
    }

    private static int Listenings(IService service) => service.Output.Count(line => line.Contains("Listening for what other replicas change", StringComparison.Ordinal));
}

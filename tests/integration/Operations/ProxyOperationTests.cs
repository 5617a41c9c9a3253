using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LarkService.IntegrationTests.Refresh;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Operations;

/// <summary>Calls that wait, over the proxy, as other systems make them; and <c>kill -9</c> at every moment of their lives.</summary>
public sealed class ProxyOperationTests
{
    private static readonly TimeSpan TakeOver = TimeSpan.FromSeconds(60);

    [Theory]
    [BothEngines]
    public async Task The_exact_call_runs_once_after_the_consent(Engine engine)
    {
        await using var scene = await StartAsync(engine, ownProcess: false);
        var caller = CallerOf(scene);

        var parked = await caller.CallAsync(new(scene.Ava.OpenId, "POST", Caller.Sessions, System.Text.Json.JsonSerializer.SerializeToElement(new { metadata = "weekly 周报" }), Caller.Write));
        Assert.True(parked.Status == 202, parked.Text);
        await scene.Ava.AgreeAsync(await scene.Ava.AskedAsync());

        var seen = await caller.EndOfAsync(parked["Location"]!, "succeeded");
        Assert.Equal("weekly 周报", seen["response"]!["body"]!["data"]!["session"]!["metadata"]!.ToString());
        Assert.NotNull(seen["response"]!["headers"]!["x-tt-logid"]);
        Assert.Single(scene.Platform.AilySessions);
        await Leaks.NoneAsync(scene);
    }

    [Theory]
    [BothEngines]
    public async Task Killed_while_the_user_agrees_it_runs_once_after_the_restart(Engine engine)
    {
        await using var scene = await StartAsync(engine);
        var location = await CallerOf(scene).ParkAsync(scene.Ava);
        var card = await scene.Ava.AskedAsync();
        var link = await scene.Ava.OpenAsync(card);
        await Eventually.TrueAsync("the click being stored", async () => await scene.Database.CountAsync("authorization_sessions", "opened_at IS NOT NULL") == 1);

        await scene.KillAsync();
        using (var browser = new Browser(scene.Ava.OpenId))
        {
            await browser.AllowAsync(link);
        }

        await scene.StartServiceAsync();
        await CallerOf(scene).EndOfAsync(location, "succeeded");
        Assert.Single(scene.Platform.AilySessions);

        // And its answer outlives another death
        await scene.KillAsync();
        await scene.StartServiceAsync();
        await CallerOf(scene).EndOfAsync(location, "succeeded");
        Assert.Single(scene.Platform.AilySessions);
    }

    [Theory]
    [BothEngines]
    public async Task Killed_while_the_call_is_out_a_write_is_unknown_and_a_read_is_made_again(Engine engine)
    {
        await using var scene = await StartAsync(engine);
        var caller = CallerOf(scene);
        var write = await caller.ParkAsync(scene.Ava, Caller.Both);
        var read = (await caller.CallAsync(new(scene.Ava.OpenId, "GET", Caller.Sessions + "/session_unknown", null, Caller.Both)))["Location"]!;
        scene.Platform.Faults.Board.DelayNext(Caller.Sessions, TimeSpan.FromSeconds(60), times: 2);
        await scene.Ava.AgreeAsync(await scene.Ava.AskedAsync());
        await Eventually.TrueAsync("both calls being out", () => !scene.Platform.Faults.Board.IsPlanned(Caller.Sessions));
        Assert.Equal(2, await scene.Database.CountAsync("parked_calls", "sent_at IS NOT NULL"));

        await scene.KillAsync();
        await scene.StartServiceAsync();

        Assert.Equal("urn:lark-service:platform-unavailable", (await caller.EndOfAsync(write, "outcome_unknown"))["error"]!["type"]!.ToString());
        Assert.Equal(2700001, (int)(await caller.EndOfAsync(read, "failed"))["error"]!["code"]!); // no such session, the platform says: it was asked again
        Assert.InRange(scene.Platform.AilySessions.Count, 0, 1);
    }

    [Fact]
    public async Task Of_two_replicas_one_is_killed_between_consent_and_run_and_every_call_is_made_once()
    {
        await using var scene = await StartAsync(Engine.Postgres);
        var beside = Cluster.Beside(scene);
        await using var second = ServiceProcess.Start(beside);
        using var client = Cluster.Client(scene, beside["urls"]);
        await Cluster.ReadyAsync(client);
        var there = new Caller(client, Proxied);
        var locations = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => (i % 2 == 0 ? CallerOf(scene) : there).ParkAsync(scene.Ava)));

        // The first call of each is slow, so that one dies with calls in work and calls that wait
        scene.Platform.Faults.Board.DelayNext(Caller.Sessions, TimeSpan.FromSeconds(3), times: 4);
        await scene.Ava.AgreeAsync(await scene.Ava.AskedAsync());
        await Eventually.TrueAsync("some calls being out", async () => await scene.Database.CountAsync("parked_calls", "sent_at IS NOT NULL") > 0);
        await scene.KillAsync();

        var ends = new List<string>();
        foreach (var location in locations)
        {
            var seen = await Eventually.FindAsync("the end", async () => (await there.AskAsync(location, wait: 5)).Json is { } json && json["state"]!.ToString() is not ("waiting_for_user" or "running") ? json : null, TakeOver);
            ends.Add(seen["state"]!.ToString());
        }

        // What the dead one had out is unknown; everything else was made exactly once
        var succeeded = ends.Count(s => s == "succeeded");
        var unknown = ends.Count(s => s == "outcome_unknown");
        Assert.True(succeeded + unknown == 12, string.Join(' ', ends));
        Assert.InRange(unknown, 0, 3);
        await Eventually.TrueAsync("the platform being done", () => scene.Platform.AilySessions.Count >= succeeded);
        Assert.InRange(scene.Platform.AilySessions.Count, succeeded, succeeded + unknown);
    }

    [Fact]
    public async Task A_key_over_the_proxy_makes_the_call_once_also_when_its_answer_was_lost()
    {
        await using var scene = await StartAsync(Engine.Sqlite, ownProcess: false);
        var caller = CallerOf(scene);
        await scene.GrantAsync(scene.Ava, Caller.Write);

        var first = await caller.BeginAsync(scene.Ava, waits: false, key: "k1");
        var again = await caller.BeginAsync(scene.Ava, waits: false, key: "k1");
        Assert.Equal((200, null, 200, "true", first.Text, first["x-tt-logid"]), (first.Status, first["Idempotency-Replayed"], again.Status, again["Idempotency-Replayed"], again.Text, again["x-tt-logid"]));
        Assert.Single(scene.Platform.AilySessions);

        scene.Platform.Faults.Board.LoseNextAnswer(Caller.Sessions);
        var lost = await caller.BeginAsync(scene.Ava, waits: false, key: "k2");
        var repeated = await caller.BeginAsync(scene.Ava, waits: false, key: "k2");
        Assert.Equal((503, 503, "true"), (lost.Status, repeated.Status, repeated["Idempotency-Replayed"]));
        Assert.Equal(2, scene.Platform.AilySessions.Count);

        // A key is the service's own matter: the platform never sees it
        Assert.DoesNotContain(scene.Platform.Wire.Last(500), e => e.Headers?.Any(h => h.Any(v => v.Contains("Idempotency", StringComparison.OrdinalIgnoreCase))) == true);
    }

    private static Caller CallerOf(Scene scene) => new(scene.Authorized, Proxied);

    private static HttpRequestMessage Proxied(TestCall.Wanted wanted)
    {
        var request = new HttpRequestMessage(new HttpMethod(wanted.Method), "/api/v1/lark" + wanted.Path);
        if (wanted.Method != "GET")
        {
            request.Content = JsonContent.Create(wanted.Body is { } body ? JsonNode.Parse(body.GetRawText()) : new JsonObject());
        }

        request.Headers.Add("X-Lark-Open-Id", wanted.OpenId);
        if (wanted.Scopes is not null)
        {
            request.Headers.Add("X-Lark-Scopes", wanted.Scopes);
        }

        return request;
    }

    private static Task<Scene> StartAsync(Engine engine, bool ownProcess = true) => Scene.StartAsync(new() { Engine = engine, Flow = Flow.Device, OwnProcess = ownProcess });
}

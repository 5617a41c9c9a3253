using System.Text;
using LarkService.IntegrationTests.Refresh;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Operations;

/// <summary>The same key on a real server, on both engines and on two replicas: done once, answered alike.</summary>
public sealed class IdempotencyTests
{
    [Theory]
    [BothEngines]
    public async Task A_call_that_is_repeated_with_its_key_is_made_once_and_answered_alike_also_after_a_restart(Engine engine)
    {
        await using var scene = await StartAsync(engine);
        var caller = new Caller(scene.Authorized, Caller.Direct);

        // Nobody agreed yet: that says nothing was done, and is not kept
        Assert.Equal(403, (await caller.BeginAsync(scene.Ava, waits: false, key: "k1")).Status);
        var card = await scene.Ava.AskedAsync();
        await scene.Ava.AgreeAsync(card);
        await card.TurnsAsync("green");

        var first = await caller.BeginAsync(scene.Ava, waits: false, key: "k1");
        var again = await caller.BeginAsync(scene.Ava, waits: false, key: "k1");
        await scene.StartServiceAsync();
        var later = await caller.BeginAsync(scene.Ava, waits: false, key: "k1");

        Assert.Equal((200, null), (first.Status, first["Idempotency-Replayed"]));
        Assert.All([again, later], answer => Assert.Equal((200, first.Text, "true", first["Content-Type"]), (answer.Status, answer.Text, answer["Idempotency-Replayed"], answer["Content-Type"])));
        Assert.Single(scene.Platform.AilySessions);

        // The same key for something else
        var other = await caller.BeginAsync(scene.Mei, waits: false, key: "k1");
        Assert.Equal((409, "urn:lark-service:idempotency-conflict"), (other.Status, other.Json!["type"]!.ToString()));
        Assert.Single(scene.Platform.AilySessions);
        await Leaks.NoneAsync(scene);
    }

    [Fact]
    public async Task A_parked_call_has_one_place_however_often_it_is_made_with_its_key()
    {
        await using var scene = await StartAsync(Engine.Sqlite);
        var caller = new Caller(scene.Authorized, Caller.Direct);

        var first = await caller.BeginAsync(scene.Ava, key: "k1");
        var again = await caller.BeginAsync(scene.Ava, key: "k1");

        Assert.Equal((202, first["Location"], "respond-async", first.Text), (again.Status, again["Location"], again["Preference-Applied"], again.Text));
        Assert.Equal(1, await scene.Database.CountAsync("parked_calls"));
        await scene.Ava.AgreeAsync(await scene.Ava.AskedAsync());
        await caller.EndOfAsync(first["Location"]!, "succeeded");
        Assert.Single(scene.Platform.AilySessions);
    }

    [Fact]
    public async Task Twenty_at_once_on_two_replicas_are_one_call()
    {
        await using var scene = await StartAsync(Engine.Postgres);
        var beside = Cluster.Beside(scene);
        await using var second = await RunningService.StartAsync(beside, scene.Clock, TestCall.Add, routes: TestCall.Map);
        using var client = Cluster.Client(scene, beside["urls"]);
        Caller[] callers = [new(scene.Authorized, Caller.Direct), new(client, Caller.Direct)];
        await scene.GrantAsync(scene.Ava, Caller.Write);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => callers[i % 2].BeginAsync(scene.Ava, waits: false, key: "one")));

        Assert.Single(scene.Platform.AilySessions);
        Assert.Single(answers, a => a.Status == 200 && a["Idempotency-Replayed"] is null);
        Assert.All(answers, a => Assert.True(a.Status == 200 || (a.Status == 409 && a.Text.Contains("still in work", StringComparison.Ordinal)), a.Text));
        Assert.All(await Task.WhenAll(callers.Select(c => c.BeginAsync(scene.Ava, waits: false, key: "one"))), a => Assert.Equal((200, "true"), (a.Status, a["Idempotency-Replayed"])));
    }

    [Fact]
    public async Task A_caller_who_hangs_up_gets_the_answer_with_the_next_try_and_a_lost_one_stays_unknown()
    {
        await using var scene = await StartAsync(Engine.Sqlite);
        var caller = new Caller(scene.Authorized, Caller.Direct);
        await scene.GrantAsync(scene.Ava, Caller.Write);

        // The caller loses patience while the platform is at it
        scene.Platform.Faults.Board.DelayNext(Caller.Sessions, TimeSpan.FromSeconds(1));
        using (var impatient = Cluster.Client(scene, scene.Url.AbsoluteUri))
        {
            impatient.Timeout = TimeSpan.FromMilliseconds(300);
            await Assert.ThrowsAsync<TaskCanceledException>(() => new Caller(impatient, Caller.Direct).BeginAsync(scene.Ava, waits: false, key: "k1"));
        }

        var answer = await Eventually.FindAsync("the answer", async () => await caller.BeginAsync(scene.Ava, waits: false, key: "k1") is { Status: 200 } got ? got : null);
        Assert.Equal("true", answer["Idempotency-Replayed"]);
        Assert.Single(scene.Platform.AilySessions);

        // The platform's answer is lost: what came of it is not known, and the key does not send it again
        scene.Platform.Faults.Board.LoseNextAnswer(Caller.Sessions);
        Assert.Equal(503, (await caller.BeginAsync(scene.Ava, waits: false, key: "k2")).Status);
        var repeated = await caller.BeginAsync(scene.Ava, waits: false, key: "k2");
        Assert.Equal((503, "true"), (repeated.Status, repeated["Idempotency-Replayed"]));
        Assert.Equal(2, scene.Platform.AilySessions.Count);
    }

    [Fact]
    public async Task Every_route_that_takes_a_body_takes_a_key_and_a_body_that_is_no_JSON_uses_none_up()
    {
        await using var scene = await StartAsync(Engine.Sqlite);
        const string path = "/api/v1/authorizations";

        var odd = await SendAsync(scene, path, "{", "k1");
        Assert.Equal((400, "urn:lark-service:validation"), (odd.Status, odd.Json!["type"]!.ToString()));
        var body = $$"""{"openId":"{{scene.Ava.OpenId}}"}""";
        var first = await SendAsync(scene, path, body, "k1");
        var again = await SendAsync(scene, path, body, "k1");

        Assert.Equal((201, 201), (first.Status, again.Status)); // the second would be a 200 by itself
        Assert.Equal((first["Location"], first.Text), (again["Location"], again.Text));
        Assert.Equal((400, 413), ((await SendAsync(scene, path, body, new string('k', 256))).Status, (await SendAsync(scene, path, new string(' ', 1024 * 1024 + 1), "k3")).Status));

        // Strangers neither use keys nor learn of them
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", "k1");
        using var stranger = await scene.Anonymous.SendAsync(request);
        Assert.Equal(401, (int)stranger.StatusCode);
    }

    private static async Task<Answer> SendAsync(Scene scene, string path, string body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        request.Headers.ExpectContinue = true; // a body that is refused unread breaks the line it is sent on
        using var answer = await scene.Authorized.SendAsync(request);
        return await Answer.OfAsync(answer);
    }

    private static Task<Scene> StartAsync(Engine engine) => Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect, Services = TestCall.Add, Routes = TestCall.Map });
}

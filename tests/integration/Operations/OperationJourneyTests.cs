using System.Net;
using LarkService.IntegrationTests.Refresh;
using LarkService.IntegrationTests.Support;
using LarkService.IntegrationTests.Webhooks;
using LarkService.OnBehalfOf;
using LarkService.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.IntegrationTests.Operations;

/// <summary>Not authorized, 202, a card, consent, the same call, once, and its answer: and every other way it can go.</summary>
public sealed class OperationJourneyTests
{
    private const string Email = "contact:user.email:readonly";

    [Theory]
    [EnginesAndFlows]
    public async Task A_call_waits_for_its_user_runs_once_and_its_answer_is_fetched_by_whoever_waits_for_it(Engine engine, Flow flow)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var scene = await StartAsync(engine, flow, receiver.Settings());
        var caller = CallerOf(scene);

        var location = await caller.ParkAsync(scene.Ava);
        var waiting = caller.AskAsync(location, wait: 30);
        Assert.Equal("waiting_for_user", (await caller.AskAsync(location)).Json!["state"]!.ToString());
        Assert.Empty(scene.Platform.AilySessions);
        await scene.Ava.AgreeAsync(await scene.Ava.AskedAsync());

        var seen = (await waiting).Json!;
        Assert.True(seen["state"]!.ToString() == "succeeded", seen.ToJsonString());
        Assert.Equal(200, (int)seen["response"]!["status"]!);
        Assert.Equal(Assert.Single(scene.Platform.AilySessions).Id, seen["response"]!["body"]!["data"]!["session"]!["id"]!.ToString());
        Assert.Null(seen["error"]);
        Assert.Equal(seen.ToJsonString(), (await caller.AskAsync(location)).Json!.ToJsonString());
        var told = await Eventually.FindAsync("the notice", () => receiver.Notices.FirstOrDefault(n => n.Type == WebhookEvents.OperationCompleted));
        Assert.Equal(
            (location, "succeeded", scene.Ava.OpenId, seen["sessionId"]!.ToString()),
            ($"/api/v1/operations/{told.Json["data"]!["operationId"]}", told.Json["data"]!["state"]!.ToString(), told.Json["openId"]!.ToString(), told.Json["sessionId"]!.ToString()));
        await Leaks.NoneAsync(scene);
    }

    [Fact]
    public async Task Who_declines_ends_it_and_so_does_time_and_nothing_is_sent()
    {
        await using var scene = await StartAsync(Engine.Sqlite);
        var caller = CallerOf(scene);
        var declined = await caller.ParkAsync(scene.Mei);
        await scene.Mei.PressAsync(await scene.Mei.AskedAsync(), Person.Decline);
        var expired = await caller.ParkAsync(scene.Lei);
        scene.Clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal("urn:lark-service:authorization-required", (await caller.EndOfAsync(declined, "declined"))["error"]!["type"]!.ToString());
        Assert.Equal("urn:lark-service:session-expired", (await caller.EndOfAsync(expired, "expired"))["error"]!["type"]!.ToString());
        Assert.Empty(scene.Platform.AilySessions);

        // A user who said no is left in peace; the call waits for the time when they may be asked
        var held = await caller.BeginAsync(scene.Mei);
        Assert.Equal((202, "waiting_for_user", null), (held.Status, held.Json!["state"]!.ToString(), held.Json["sessionId"]?.ToString()));

        // Who agrees after all, by themselves, lets it go on at once
        var card = scene.Mei.AuthorizationCards[^1];
        await scene.Mei.PressAsync(card, Person.Renew);
        await card.TurnsAsync("blue");
        await scene.Mei.AgreeAsync(card);
        await caller.EndOfAsync(held["Location"]!, "succeeded");
        Assert.Single(scene.Platform.AilySessions);
    }

    [Theory]
    [BothEngines]
    public async Task A_scope_that_is_missing_in_the_middle_of_use_is_asked_for_and_the_call_goes_on(Engine engine)
    {
        await using var scene = await StartAsync(engine);
        var caller = CallerOf(scene);
        await scene.GrantAsync(scene.Ava, Email);

        // The caller names no scopes: the platform says which one it misses
        var location = await caller.ParkAsync(scene.Ava, scopes: null);
        await scene.Ava.AgreeAsync(await scene.Ava.AskedAsync());

        await caller.EndOfAsync(location, "succeeded");
        Assert.Single(scene.Platform.AilySessions);
    }

    [Theory]
    [BothEngines]
    public async Task A_grant_that_is_taken_back_ends_what_waited_for_more(Engine engine)
    {
        await using var scene = await StartAsync(engine);
        var caller = CallerOf(scene);
        await scene.GrantAsync(scene.Ava, Email);
        var location = await caller.ParkAsync(scene.Ava);
        await scene.Ava.AskedAsync();

        (await scene.Api.DeleteAsync($"/api/v1/grants/{scene.Ava.OpenId}")).Must(HttpStatusCode.NoContent);

        Assert.Equal("revoked", (await caller.EndOfAsync(location, "failed"))["error"]!["reason"]!.ToString());
        Assert.Empty(scene.Platform.AilySessions);
    }

    [Fact]
    public async Task When_the_platforms_answer_is_lost_a_write_is_unknown_and_a_read_is_made_again()
    {
        await using var scene = await StartAsync(Engine.Sqlite);
        var caller = CallerOf(scene);
        var write = await caller.ParkAsync(scene.Ava, Caller.Both);
        var read = (await caller.CallAsync(new(scene.Ava.OpenId, "GET", Caller.Sessions + "/session_unknown", null, Caller.Both)))["Location"]!;
        scene.Platform.Faults.Board.LoseNextAnswer(Caller.Sessions, times: 2);
        await scene.Ava.AgreeAsync(await scene.Ava.AskedAsync());

        var unknown = await caller.EndOfAsync(write, "outcome_unknown");
        Assert.Contains("look before you make it again", unknown["error"]!["detail"]!.ToString(), StringComparison.Ordinal);
        Assert.Single(scene.Platform.AilySessions); // it was carried out, and not again
        Assert.Equal(2700001, (int)(await caller.EndOfAsync(read, "failed"))["error"]!["code"]!); // there is no such session: the platform answered
    }

    [Fact]
    public async Task A_restart_changes_nothing()
    {
        await using var scene = await StartAsync(Engine.Sqlite);
        var location = await CallerOf(scene).ParkAsync(scene.Ava);
        var card = await scene.Ava.AskedAsync();
        await scene.StartServiceAsync();
        await scene.Ava.AgreeAsync(card);

        await CallerOf(scene).EndOfAsync(location, "succeeded");
        await scene.StartServiceAsync();
        await CallerOf(scene).EndOfAsync(location, "succeeded");
        Assert.Single(scene.Platform.AilySessions);
    }

    [Fact]
    public async Task On_two_replicas_it_runs_once_and_whoever_waits_at_the_other_hears_of_it()
    {
        await using var scene = await StartAsync(Engine.Postgres);
        var beside = Cluster.Beside(scene);
        await using var second = await RunningService.StartAsync(beside, scene.Clock, TestCall.Add, routes: TestCall.Map);
        using var client = Cluster.Client(scene, beside["urls"]);
        var (here, there) = (CallerOf(scene), new Caller(client, Caller.Direct));
        var locations = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? here : there).ParkAsync(scene.Ava)));
        var waiting = locations.SelectMany(l => new[] { here.AskAsync(l, wait: 30), there.AskAsync(l, wait: 30) }).ToList();

        await scene.Ava.AgreeAsync(await scene.Ava.AskedAsync());

        Assert.All(await Task.WhenAll(waiting), seen => Assert.True(seen.Json!["state"]!.ToString() == "succeeded", seen.Text));
        Assert.Equal(10, scene.Platform.AilySessions.Count);
        Assert.Single(scene.Ava.AuthorizationCards);
    }

    [Theory]
    [BothEngines]
    public async Task Only_who_made_it_may_ask_and_what_is_asked_must_make_sense(Engine engine)
    {
        await using var scene = await StartAsync(engine);
        var location = await CallerOf(scene).ParkAsync(scene.Ava);

        foreach (var wait in new[] { "-1", "61", "soon" })
        {
            (await scene.Api.GetAsync($"{location}?wait={wait}")).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        }

        (await scene.Api.GetAsync("/api/v1/operations/op_unknown")).MustBeProblem(HttpStatusCode.NotFound, "not-found");
        (await scene.Api.GetAsync("/api/v1/operations/" + new string('x', 500))).MustBeProblem(HttpStatusCode.NotFound, "not-found");
        await scene.Database.ExecuteAsync("UPDATE parked_calls SET caller_id = 'somebody else'");
        (await scene.Api.GetAsync(location)).MustBeProblem(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task The_metrics_count_what_waits()
    {
        await using var scene = await StartAsync(Engine.Sqlite);
        await CallerOf(scene).ParkAsync(scene.Ava);
        var metrics = scene.Inside<CallMetrics>();
        var count = ((RunningService)scene.Service).Services.GetServices<Data.Counting.IRowCount>().OfType<ParkedCallCount>().Single();
        await scene.Inside<Data.Database>().RunAsync(db => count.CountAsync(db, default));

        using var page = await scene.Anonymous.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.NotNull(metrics);
        Assert.Matches(@"lark_service_parked_calls\{[^}]*state=""waiting_for_user""[^}]*\} 1", await page.Content.ReadAsStringAsync());
    }

    private static Caller CallerOf(Scene scene) => new(scene.Authorized, Caller.Direct);

    private static Task<Scene> StartAsync(Engine engine, Flow flow = Flow.Redirect, Dictionary<string, string>? settings = null) =>
        Scene.StartAsync(new() { Engine = engine, Flow = flow, Settings = settings ?? [], Services = TestCall.Add, Routes = TestCall.Map });
}

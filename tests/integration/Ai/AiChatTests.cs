using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using LarkSandbox.Aily;
using LarkService.IntegrationTests.Operations;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Ai;

/// <summary>Questions of other systems with one answer each, and the conversations they belong to.</summary>
public sealed class AiChatTests
{
    private const string Asked = "Summarise: we ship on Friday, docs are late.";

    [Theory]
    [BothEngines]
    public async Task A_conversation_goes_on_across_a_restart_and_belongs_to_its_user_and_caller(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        await scene.GrantAsync(scene.Mei, Scene.AiScopes);
        var caller = new AiCaller(scene.Authorized);

        var first = (await caller.AskAsync(scene.Ava, Asked)).Must(HttpStatusCode.OK);
        var id = first["conversationId"]!;
        Assert.StartsWith("conv_", id, StringComparison.Ordinal);
        Assert.Equal(Assert.Single(AiCaller.RunsOf(scene)).Id, first["runId"]);
        Assert.Equal(AiCaller.RunsOf(scene)[0].MessageId, first.Json!["message"]!["id"]!.ToString());
        Assert.StartsWith("**In short**", first.Json["message"]!["content"]!.ToString(), StringComparison.Ordinal);

        await scene.StartServiceAsync();
        var second = (await caller.AskAsync(scene.Ava, "And what is late?", id)).Must(HttpStatusCode.OK);
        Assert.Contains("Earlier you asked", second.Text, StringComparison.Ordinal);
        Assert.Single(scene.Platform.AilySessions);

        // Nobody else has it
        var key = (await scene.Api.PostAsync("/api/v1/api-keys", new { name = "other", permissions = new[] { "calls.execute" } })).Must(HttpStatusCode.Created)["key"]!;
        using var other = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = scene.Url };
        other.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        (await new AiCaller(other).AskAsync(scene.Ava, "Mine?", id)).MustBeProblem(HttpStatusCode.NotFound, "not-found");
        (await caller.AskAsync(scene.Mei, "Mine?", id)).MustBeProblem(HttpStatusCode.NotFound, "not-found");
        Assert.Single(scene.Platform.AilySessions);

        // A session the platform has forgotten is made anew, without a word
        var session = Assert.Single(scene.Platform.AilySessions);
        scene.InsidePlatform<AilyStore>().Delete(session);
        var third = (await caller.AskAsync(scene.Ava, "Still there?", id)).Must(HttpStatusCode.OK);
        Assert.Equal(id, third["conversationId"]);
        Assert.NotEqual(session.Id, Assert.Single(scene.Platform.AilySessions).Id);
        await Leaks.NoneAsync(scene);
    }

    [Fact]
    public async Task What_is_wrong_with_a_question_is_said_and_nothing_is_asked()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        var caller = new AiCaller(scene.Authorized);
        var stream = ("Accept", "text/event-stream");

        foreach (var (message, words) in new (string?, string)[] { (null, "missing"), (" \n", "empty"), (new string('x', 61_441), "61441") })
        {
            Assert.Contains(words, (await caller.AskAsync(scene.Ava, message)).MustBeProblem(HttpStatusCode.BadRequest, "validation")["detail"], StringComparison.Ordinal);
        }

        using var union = AiCaller.Request("on_1234", "Hi");
        Assert.Contains("union_id", (await caller.SendAsync(union, default)).MustBeProblem(HttpStatusCode.BadRequest, "validation")["detail"], StringComparison.Ordinal);
        foreach (var id in new[] { "conv_AAAAAAAAAAAAAAAAAAAAAA", "conv_", "' OR 1=1" })
        {
            (await caller.AskAsync(scene.Ava, "Hi", id)).MustBeProblem(HttpStatusCode.NotFound, "not-found");
        }

        foreach (var headers in new (string, string)[][] { [stream, ("Prefer", "respond-async")], [("Last-Event-ID", "x")], [stream, ("Last-Event-ID", "x")], [stream, ("Idempotency-Key", "k")] })
        {
            (await caller.AskAsync(scene.Ava, "Hi", null, headers)).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        }

        (await caller.AskAsync(scene.Ava, "Hi", null, stream, ("Last-Event-ID", "AAAAAAAAAAAAAAAAAAAAAA.0.e3b0c442"))).MustBeProblem(HttpStatusCode.NotFound, "not-found");
        Assert.Empty(scene.Platform.AilySessions);

        // An app without an AI says so
        await scene.StartServiceAsync(new(scene.Settings()) { ["Lark:Apps:0:AilyAppId"] = "" });
        Assert.Contains("AilyAppId", (await caller.AskAsync(scene.Ava, "Hi")).MustBeProblem(HttpStatusCode.BadRequest, "validation")["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_waits_for_consent_and_is_asked_once()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        var (caller, operations) = (new AiCaller(scene.Authorized), new Caller(scene.Authorized, Caller.Direct));

        var refused = (await caller.AskAsync(scene.Ava, Asked)).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");
        Assert.Equal(Scene.AiScopes.Order(), refused.Json!["missingScopes"]!.AsArray().Select(s => s!.ToString()).Order());
        await using (var stream = await caller.StreamAsync(scene.Ava, Asked))
        {
            Assert.Equal((HttpStatusCode.Forbidden, "application/problem+json"), (stream.Status, stream.MediaType));
        }

        var parked = (await caller.AskAsync(scene.Ava, Asked, null, ("Prefer", "respond-async"))).Must(HttpStatusCode.Accepted);
        await scene.Ava.AgreeAsync(await scene.Ava.AskedAsync());
        var end = await operations.EndOfAsync(parked.Location!.ToString(), "succeeded");

        var id = end["response"]!["body"]!["conversationId"]!.ToString();
        Assert.StartsWith("**In short**", end["response"]!["body"]!["message"]!["content"]!.ToString(), StringComparison.Ordinal);
        (await caller.AskAsync(scene.Ava, "And then?", id)).Must(HttpStatusCode.OK);
        Assert.Equal(2, scene.Runs);
        Assert.Single(scene.Platform.AilySessions);
    }

    [Fact]
    public async Task A_run_that_ends_badly_says_how_and_the_conversation_goes_on()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        var caller = new AiCaller(scene.Authorized);

        var failed = (await caller.AskAsync(scene.Ava, "sandbox:fail")).MustBeProblem(HttpStatusCode.BadGateway, "platform-error");
        Assert.Equal("failed", failed["runStatus"]);
        Assert.Contains("skill does not exist", failed["msg"], StringComparison.Ordinal);
        var asksBack = (await caller.AskAsync(scene.Ava, "sandbox:ask", failed["conversationId"])).MustBeProblem(HttpStatusCode.BadGateway, "platform-error");
        Assert.Equal(("requires_message", failed["conversationId"]), (asksBack["runStatus"], asksBack["conversationId"]));
        Assert.NotEmpty(asksBack["msg"]!);
        (await caller.AskAsync(scene.Ava, "Better now?", failed["conversationId"])).Must(HttpStatusCode.OK);

        // What only an administrator can mend, and the platform's limits, are told as everywhere
        scene.Platform.AppScopes.Disable("aily:run:write");
        (await caller.AskAsync(scene.Ava, "Hi")).MustBeProblem(HttpStatusCode.Forbidden, "app-scope-missing");
        scene.Platform.AppScopes.Reset();
        scene.Platform.Faults.Board.LoseNextAnswer("/open-apis/aily/v1/sessions", times: 1);
        (await caller.AskAsync(scene.Ava, "Hi")).Must(HttpStatusCode.OK); // making a session may be repeated
    }

    [Fact]
    public async Task Who_leaves_has_their_run_cancelled_and_one_question_is_answered_at_a_time()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        var caller = new AiCaller(scene.Authorized);
        var id = (await caller.AskAsync(scene.Ava, Asked)).Must(HttpStatusCode.OK)["conversationId"]!;

        using var leaving = new CancellationTokenSource();
        using var request = AiCaller.Request(scene.Ava.OpenId, "sandbox:slow one", id);
        var asking = caller.SendAsync(request, leaving.Token);
        await Eventually.TrueAsync("the run", () => scene.Runs == 2);
        var busy = (await caller.AskAsync(scene.Ava, "Me too?", id)).MustBeProblem(HttpStatusCode.Conflict, "conversation-busy");
        Assert.Equal(TimeSpan.FromSeconds(2), busy.RetryAfter);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);

        await Eventually.TrueAsync("the run being cancelled", () => AiCaller.RunsOf(scene)[1].CancelledAt is not null);
        await Eventually.TrueAsync("the conversation being free", async () => (await caller.AskAsync(scene.Ava, "And now?", id)).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task With_a_key_a_question_is_asked_once_and_goes_on_when_its_caller_hangs_up()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        var caller = new AiCaller(scene.Authorized);
        using var leaving = new CancellationTokenSource();
        using var request = AiCaller.Request(scene.Ava.OpenId, "sandbox:slow one", null, ("Idempotency-Key", "key-1"));
        var asking = caller.SendAsync(request, leaving.Token);
        await Eventually.TrueAsync("the run", () => scene.Runs == 1);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);

        var answer = await Eventually.FindAsync("the answer", async () =>
            await caller.AskAsync(scene.Ava, "sandbox:slow one", null, ("Idempotency-Key", "key-1")) is { Status: HttpStatusCode.OK } found ? found : null);

        Assert.StartsWith("**In short**", answer.Json!["message"]!["content"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, scene.Runs);
    }

    [Fact]
    public async Task Skills_and_knowledge_answer_in_the_users_name()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        var (ava, api) = (scene.Ava, scene.Api);
        var echo = $"/api/v1/ai/skills/{AilySkill.All[1].Id}/start";
        Assert.Equal("aily:skill:write", Assert.Single((await api.PostAsync(echo, new { openId = scene.Mei.OpenId, query = "hi" })).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required").Json!["missingScopes"]!.AsArray())!.ToString());
        await scene.GrantAsync(ava, "aily:skill:write", "aily:knowledge:ask");

        var said = (await api.PostAsync(echo, new { openId = ava.OpenId, query = "hi", input = new { a = 1 } })).Must(HttpStatusCode.OK);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"output":{"query":"hi","input":{"a":1}},"status":"success"}"""), said.Json), said.Text);
        Assert.Equal(1, scene.Platform.Calls.Of("POST /open-apis/aily/v1/apps/:app_id/skills/:skill_id/start", ava.OpenId));
        (await api.PostAsync("/api/v1/ai/skills/skill_none/start", new { openId = ava.OpenId, query = "hi" })).MustBeProblem(HttpStatusCode.BadGateway, "platform-error");
        (await api.PostAsync("/api/v1/ai/skills/a%2Fb/start", new { openId = ava.OpenId, query = "hi" })).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        (await api.PostAsync(echo, new { openId = ava.OpenId })).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        (await api.PostAsync(echo, new { openId = ava.OpenId, input = "text" })).MustBeProblem(HttpStatusCode.BadRequest, "validation");

        const string Knowledge = "/api/v1/ai/knowledge/ask";
        var known = (await api.PostAsync(Knowledge, new { openId = ava.OpenId, message = "Which film? 🎬" })).Must(HttpStatusCode.OK);
        Assert.EndsWith("[1]", known["content"], StringComparison.Ordinal);
        Assert.Equal(("true", "qa", "chunk 1"), (known["hasAnswer"], known["finishType"], known.Json!["processData"]!["chunks"]![0]!.ToString()));
        Assert.Equal("2700034", (await api.PostAsync(Knowledge, new { openId = ava.OpenId, message = "sandbox:forbidden" })).MustBeProblem(HttpStatusCode.BadGateway, "platform-error")["code"]);
        (await api.PostAsync(Knowledge, new { openId = ava.OpenId, message = "" })).MustBeProblem(HttpStatusCode.BadRequest, "validation");
    }
}

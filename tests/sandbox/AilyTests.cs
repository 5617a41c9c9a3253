using System.Text.Json.Nodes;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.Tests;

public sealed class AilyTests : SandboxTest
{
    private const string Sessions = "/open-apis/aily/v1/sessions";
    private static readonly string[] All = ["aily:session:read", "aily:session:write", "aily:message:read", "aily:message:write", "aily:run:read", "aily:run:write"];

    private string _token = "";

    private protected override SandboxOptions Options { get; } = new() { AppScopes = [.. ScopeCatalog.Default.Where(s => s != "aily:run:read"), "aily:run:read"], RunDuration = TimeSpan.FromMinutes(10) };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _token = Platform.Grant(LiLei.OpenId, All).Access.Value;
    }

    [Fact]
    public async Task A_run_is_queued_then_in_progress_then_completed_and_its_answer_is_found_by_run()
    {
        var session = await SessionAsync();
        await SayAsync(session, "The build is green. We ship on Friday. Docs are late.", "m1");
        var run = await RunAsync(session);
        Assert.Equal("QUEUED", run.Data["run"]!["status"]!.ToString());
        var path = $"{Sessions}/{session}/runs/{run.Data["run"]!["id"]}";

        Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal("IN_PROGRESS", await StatusAsync(path));
        Assert.Empty(await AnswersAsync(session, run));
        Clock.Advance(TimeSpan.FromMinutes(8));
        Assert.Equal("COMPLETED", await StatusAsync(path));

        var answer = Assert.Single(await AnswersAsync(session, run))!;
        Assert.Equal("ASSISTANT", answer["sender"]!["sender_type"]!.ToString());
        Assert.Contains("**In short**\nThe build is green.", answer["content"]!.ToString(), StringComparison.Ordinal);
        Assert.Contains("- We ship on Friday", answer["content"]!.ToString(), StringComparison.Ordinal);
        Assert.Contains("11 words, 3 points", answer["content"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_run_at_a_time_and_a_cancelled_one_makes_room()
    {
        var session = await SessionAsync();
        await SayAsync(session, "hi", "m1");
        var first = await RunAsync(session);
        var second = await RunAsync(session);
        Assert.Equal((400, 2700001L), (second.Status, second.Code));

        var cancelled = await PostAsync($"{Sessions}/{session}/runs/{first.Data["run"]!["id"]}/cancel", bearer: _token);
        Assert.Equal("CANCELLED", cancelled.Data["run"]!["status"]!.ToString());
        Assert.Equal(0, (await RunAsync(session)).Code);
        Assert.Equal(2, (await CallAsync(HttpMethod.Get, $"{Sessions}/{session}/runs", bearer: _token)).Data["runs"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_same_idempotent_id_is_the_same_message_for_three_days()
    {
        var session = await SessionAsync();
        var first = await SayAsync(session, "hi", "m1");
        Assert.Equal(first, await SayAsync(session, "something else", "m1"));
        Clock.Advance(TimeSpan.FromHours(72));
        _token = Platform.Grant(LiLei.OpenId, All).Access.Value;
        Assert.NotEqual(first, await SayAsync(session, "hi", "m1"));
    }

    [Fact]
    public async Task The_assistant_answers_in_the_persons_language_and_remembers()
    {
        var session = await SessionAsync();
        await SayAsync(session, "周五发布。测试通过了。", "m1");
        await RunAsync(session);
        Clock.Advance(TimeSpan.FromMinutes(11));
        await SayAsync(session, "那文档呢？", "m2");
        var run = await RunAsync(session);
        Clock.Advance(TimeSpan.FromMinutes(11));

        var answer = Assert.Single(await AnswersAsync(session, run))!["content"]!.ToString();
        Assert.StartsWith("**一句话总结**\n那文档呢？", answer, StringComparison.Ordinal);
        Assert.Contains("之前你问过：“周五发布。测试通过了。”", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sandbox:fail please", "FAILED")]
    [InlineData("sandbox:ask please", "REQUIRES_MESSAGE")]
    public async Task A_run_can_be_asked_to_end_badly(string text, string status)
    {
        var session = await SessionAsync();
        await SayAsync(session, text, "m1");
        var run = await RunAsync(session);
        Clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal(status, await StatusAsync($"{Sessions}/{session}/runs/{run.Data["run"]!["id"]}"));
    }

    [Fact]
    public async Task A_conversation_belongs_to_whoever_started_it()
    {
        var session = await SessionAsync();
        var other = Platform.Grant(Ava.OpenId, All).Access.Value;

        Assert.Equal(0, (await CallAsync(HttpMethod.Get, $"{Sessions}/{session}", bearer: _token)).Code);
        Assert.Equal(2700001, (await CallAsync(HttpMethod.Get, $"{Sessions}/{session}", bearer: other)).Code);
    }

    [Fact]
    public async Task Parameters_are_checked()
    {
        var session = await SessionAsync();
        Assert.Equal(2700001, (await PostAsync($"{Sessions}/{session}/messages", new JsonObject { ["content_type"] = "TEXT", ["content"] = "x" }, _token)).Code);
        Assert.Equal(2700001, (await PostAsync($"{Sessions}/{session}/messages", new JsonObject { ["idempotent_id"] = "a", ["content_type"] = "HTML", ["content"] = "x" }, _token)).Code);
        Assert.Equal(2700001, (await PostAsync($"{Sessions}/{session}/runs", new JsonObject { ["app_id"] = "spring_other__c" }, _token)).Code);
    }

    [Fact]
    public async Task What_the_person_did_not_grant_and_what_has_expired_is_told_by_code()
    {
        var little = Platform.Grant(Ava.OpenId, "aily:session:read").Access.Value;
        var missing = await PostAsync(Sessions, bearer: little);
        Assert.Equal((400, 99991679L), (missing.Status, missing.Code));
        Assert.Equal("aily:session:write", Assert.Single(missing.Body["error"]!["permission_violations"]!.AsArray())!["subject"]!.ToString());
        Assert.Equal(missing.Raw.Headers.GetValues("X-Tt-Logid").Single(), missing.Body["error"]!["log_id"]!.ToString());

        Platform.Faults.ExpireTokens(LiLei.OpenId);
        Assert.Equal(99991677, (await PostAsync(Sessions, bearer: _token)).Code);
        Platform.Faults.RevokeGrant(LiLei.OpenId);
        Assert.Equal(99991668, (await PostAsync(Sessions, bearer: _token)).Code);
    }

    [Fact]
    public async Task What_the_app_itself_lacks_is_for_the_administrator()
    {
        await using var poor = await SandboxHost.StartAsync(new() { AppScopes = ["offline_access"] });
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(poor.Url, Sessions));
        request.Headers.Authorization = new("Bearer", poor.Platform.Grant(LiLei.OpenId, All).Access.Value);

        using var answer = await http.SendAsync(request);

        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(99991672, body["code"]!.GetValue<long>());
        Assert.Equal("action_scope_required", body["error"]!["permission_violations"]![0]!["type"]!.ToString());
    }

    private async Task<string> SessionAsync() => (await PostAsync(Sessions, bearer: _token)).Data["session"]!["id"]!.ToString();

    private async Task<string> SayAsync(string session, string text, string id) =>
        (await PostAsync($"{Sessions}/{session}/messages", new JsonObject { ["idempotent_id"] = id, ["content_type"] = "MDX", ["content"] = text }, _token)).Data["message"]!["id"]!.ToString();

    private Task<Reply> RunAsync(string session) => PostAsync($"{Sessions}/{session}/runs", new JsonObject { ["app_id"] = Options.AilyAppId }, _token);

    private async Task<string> StatusAsync(string path) => (await CallAsync(HttpMethod.Get, path, bearer: _token)).Data["run"]!["status"]!.ToString();

    private async Task<JsonArray> AnswersAsync(string session, Reply run) =>
        (await CallAsync(HttpMethod.Get, $"{Sessions}/{session}/messages?run_id={run.Data["run"]!["id"]}", bearer: _token)).Data["messages"]!.AsArray();
}

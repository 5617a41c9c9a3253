using System.Text;
using System.Text.Json;
using LarkService.Apaas.Ai;
using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.UnitTests.Apaas.Ai;

public sealed class AilyClientTests
{
    private static readonly UserKey User = new("cli_1", "ou_1");

    [Fact]
    public async Task A_message_carries_its_idempotent_id_and_may_be_repeated_but_a_run_may_not()
    {
        var calls = new Answers("""{"message":{"id":"message_1"}}""", """{"run":{"id":"run_1","status":"QUEUED","created_at":"1760000010000","app_id":"spring_1__c","metadata":"{}"}}""");
        var aily = new AilyClient(calls);

        Assert.Equal("message_1", await aily.CreateMessageAsync(User, "session_1", "om_1", "hi", default));
        var run = await aily.CreateRunAsync(User, "session_1", "spring_1__c", "m", default);

        Assert.Equal(new AilyRun("run_1", AilyRunStatus.Queued, DateTimeOffset.FromUnixTimeMilliseconds(1760000010000), "{}", null), run);
        Assert.Equal(
            [
                ("POST /open-apis/aily/v1/sessions/session_1/messages", """{"idempotent_id":"om_1","content_type":"TEXT","content":"hi"}""", true),
                ("POST /open-apis/aily/v1/sessions/session_1/runs", """{"app_id":"spring_1__c","metadata":"m"}""", false),
            ],
            calls.Sent);
    }

    [Theory]
    [InlineData("QUEUED", true)]
    [InlineData("IN_PROGRESS", true)]
    [InlineData("REQUIRES_MESSAGE", true)]
    [InlineData("COMPLETED", false)]
    [InlineData("FAILED", false)]
    [InlineData("CANCELLED", false)]
    [InlineData("EXPIRED", false)]
    [InlineData("A_WORD_OF_TOMORROW", true)]
    public async Task The_status_alone_says_whether_a_run_is_active(string status, bool active)
    {
        var aily = new AilyClient(new Answers("""{"run":{"id":"run_1","status":"STATUS","ended_at":"1760000013500","error":{"code":"x","message":"y"}}}""".Replace("STATUS", status, StringComparison.Ordinal)));

        Assert.Equal(active, (await aily.GetRunAsync(User, "session_1", "run_1", default)).IsActive);
    }

    [Fact]
    public async Task Lists_are_read_to_their_end()
    {
        var calls = new Answers("""{"messages":[{"id":"2","created_at":"20"}],"has_more":true,"page_token":"p 2"}""", """{"messages":[{"id":"1","created_at":"10","content":"x"}],"has_more":false,"page_token":"p3"}""");

        var messages = await new AilyClient(calls).ListMessagesAsync(User, "session_1", "run_1", partly: false, default);

        Assert.Equal(["1", "2"], messages.Select(m => m.Id));
        Assert.EndsWith("/messages?run_id=run_1&page_token=p%202", calls.Sent[1].Call, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"session":{"id":""}}""")]
    public async Task An_answer_without_what_it_promises_is_a_fault_of_the_platform(string data)
    {
        var fault = await Assert.ThrowsAsync<PlatformException>(() => new AilyClient(new Answers(data)).CreateSessionAsync(User, default));

        Assert.True(fault.Error.IsTransient);
    }

    private sealed class Answers(params string[] data) : IUserCalls
    {
        private readonly Queue<string> _data = new(data);

        public List<(string Call, string? Body, bool Repeatable)> Sent { get; } = [];

        public Task<PlatformAnswer> SendAsync(UserKey user, ScopeSet scopes, HttpMethod method, string path, object? body, bool repeatable, CancellationToken ct, string? prefer = null, bool takesLong = false)
        {
            Sent.Add(($"{method} {path}", body is null ? null : JsonSerializer.Serialize(body, WireJson.Options), repeatable));
            return Task.FromResult(PlatformAnswer.Read(200, Encoding.UTF8.GetBytes($$"""{"code":0,"data":{{_data.Dequeue()}}}""")));
        }
    }
}

using LarkService.Platform.OpenApi;

namespace LarkService.UnitTests.Apaas.Ai.Rest;

/// <summary>Questions with one answer, and what comes between.</summary>
public sealed class AskAiTests : IDisposable
{
    private const string Looks = "GET sessions/session_1/runs/";
    private readonly ChatScene _scene = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_platform_that_is_away_for_a_moment_costs_no_answer_and_no_second_run(bool answers)
    {
        var faults = 2;
        _scene.Aily.Before = call =>
        {
            if (call.StartsWith(Looks, StringComparison.Ordinal) && faults-- > 0)
            {
                throw answers ? FakeAily.Refusal(503, 0) : (Exception)new HttpRequestException("reset");
            }
        };

        var (status, body) = await _scene.AskAsync();

        Assert.Equal(200, status);
        Assert.Contains("**42**", body, StringComparison.Ordinal);
        Assert.Single(_scene.Aily.Runs);
        Assert.Equal([2d, 2d], _scene.Clock.Waits.Take(2).Select(w => w.TotalSeconds));
    }

    [Fact]
    public async Task A_platform_that_stays_away_ends_the_patience_and_not_in_a_fault()
    {
        _scene.Aily.Before = call => _ = call.StartsWith(Looks, StringComparison.Ordinal) ? throw new HttpRequestException("reset") : 0;

        var (status, body) = await _scene.AskAsync();

        Assert.Equal(502, status);
        Assert.Contains("timed_out", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_for_good_is_told_at_once()
    {
        _scene.Aily.Before = call => _ = call.StartsWith(Looks, StringComparison.Ordinal) ? throw FakeAily.Refusal() : 0;

        await Assert.ThrowsAsync<PlatformException>(() => _scene.AskAsync());
    }

    [Fact]
    public async Task An_answer_whose_end_cannot_be_noted_is_given_all_the_same()
    {
        _scene.Aily.After = call => call.StartsWith("GET sessions/session_1/messages", StringComparison.Ordinal) ? _scene.BreakAsync() : Task.CompletedTask;

        var (status, body) = await _scene.AskAsync();

        Assert.Equal(200, status);
        Assert.Contains("**42**", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_is_not_hidden_by_the_one_that_follows()
    {
        _scene.Aily.Before = call => _ = call.EndsWith("/messages", StringComparison.Ordinal) ? throw FakeAily.Refusal(code: 2700077) : 0;
        await _scene.BreakAsync();

        Assert.Equal(2700077, (await Assert.ThrowsAsync<PlatformException>(() => _scene.AskAsync())).Error.Code);
    }

    [Fact]
    public async Task What_the_AI_asks_back_is_told()
    {
        _scene.Aily.Course = ["QUEUED", "REQUIRES_MESSAGE"];
        _scene.Aily.Writes = [("MDX", "Which Friday?")];

        var (status, body) = await _scene.AskAsync();

        Assert.Equal(502, status);
        Assert.Contains("requires_message", body, StringComparison.Ordinal);
        Assert.Contains("Which Friday?", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_session_that_follows_a_forgotten_one_is_noted_before_anything_is_said_in_it()
    {
        await _scene.AskAsync();
        _scene.Aily.Sessions.Clear();
        _scene.Aily.Before = call => _ = call.EndsWith("/messages", StringComparison.Ordinal) ? throw new HttpRequestException("reset") : 0;
        await Assert.ThrowsAsync<HttpRequestException>(() => _scene.AskAsync("turn_2"));

        Assert.Equal(Assert.Single(_scene.Aily.Sessions), (await _scene.ConversationAsync()).AilySessionId);

        _scene.Aily.Before = _ => { };
        Assert.Equal(200, (await _scene.AskAsync("turn_2")).Status);
        Assert.Single(_scene.Aily.Sessions);
    }

    public void Dispose() => _scene.Dispose();
}

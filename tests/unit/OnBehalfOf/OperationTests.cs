using System.Text.Json;
using System.Text.Json.Nodes;
using LarkService.Grants.Sealing;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>Calls of outside callers that wait for their user, and run once.</summary>
public sealed class OperationTests : IAsyncLifetime
{
    private readonly OperationScene _scene = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task When_nothing_is_missing_the_call_runs_at_once_and_answers_itself()
    {
        var (result, http) = await _scene.AnswerAsync();

        Assert.Equal(200, Assert.IsType<OperationAnswer>(result).Status);
        Assert.False(http.Response.Headers.ContainsKey("Preference-Applied"));
        Assert.Single(_scene.Operation.Ran);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("return=minimal")]
    [InlineData("respond-asynchronously")]
    public async Task Without_the_preference_the_caller_has_to_come_again(string? prefer)
    {
        _scene.Operation.Work = _ => throw OperationScene.Gap();

        var (result, _) = await _scene.AnswerAsync(prefer: prefer);

        Assert.Equal("urn:lark-service:authorization-required", Assert.IsType<ProblemHttpResult>(result).ProblemDetails.Type);
    }

    [Theory]
    [InlineData("respond-async")]
    [InlineData("Respond-Async; x=1")]
    [InlineData("return=minimal, respond-async, wait=10")]
    public async Task With_it_the_call_is_kept_sealed_and_the_caller_told_where_to_ask(string prefer)
    {
        _scene.Consent.Answer = () => new ConsentAnswer.Waiting("s1") { CardSent = true, ExpiresAt = _scene.Clock.GetUtcNow().AddMinutes(10) };
        _scene.Operation.Work = _ => throw OperationScene.Gap();

        var (result, http) = await _scene.AnswerAsync(payload: "a word of the caller", prefer: prefer);

        var accepted = Assert.IsType<Accepted<OperationParked>>(result);
        Assert.Equal((202, $"/api/v1/operations/{accepted.Value!.Id}", "waiting_for_user", "s1"), (accepted.StatusCode, accepted.Location, accepted.Value.State, accepted.Value.SessionId));
        Assert.Equal("respond-async", http.Response.Headers["Preference-Applied"].ToString());
        var call = await _scene.CallAsync(accepted.Value.Id);
        Assert.DoesNotContain("word", call.SealedPayload, StringComparison.Ordinal);
        Assert.Equal(("caller-1", "declared extra"), (call.CallerId, call.Scopes.ToString()));
        var seen = (await _scene.FindAsync(call.Id))!;
        Assert.Equal(("waiting_for_user", "s1", _scene.Clock.GetUtcNow().AddMinutes(10)), (seen.State, seen.SessionId, seen.ExpiresAt));
        Assert.Null(await _scene.FindAsync(call.Id, caller: "somebody-else"));
    }

    [Fact]
    public async Task After_the_consent_the_same_call_runs_once_and_its_answer_is_kept_for_a_day_and_told_of()
    {
        _scene.Operation.Work = _ => Task.FromResult(ScriptedOperation.Json(201, """{"code":0,"data":{"id":"t1"}}""") with { Headers = new Dictionary<string, string> { ["X-Tt-Logid"] = "log-1" } });
        var id = await _scene.ParkAsync(payload: "the same");
        await _scene.StartAsync();
        await _scene.AgreeAsync();

        var seen = await _scene.EndsAsync(id, ParkedCallState.Succeeded);
        await _scene.AgreeAsync();

        Assert.Equal(["the same"], _scene.Operation.Ran);
        Assert.Equal((201, "log-1", "application/json; charset=utf-8"), (seen.Response!.Status, seen.Response.Headers["x-tt-logid"], seen.Response.Headers["content-type"]));
        Assert.Equal("""{"code":0,"data":{"id":"t1"}}""", JsonSerializer.Serialize(seen.Response.Body));
        Assert.Equal((null, _scene.Clock.GetUtcNow().AddHours(24)), (seen.Error, seen.ExpiresAt));
        var call = await _scene.CallAsync(id);
        Assert.Equal((null, null, true), (call.SealedPayload, call.SentAt, call.SealedAnswer is { } kept && !kept.Contains("t1", StringComparison.Ordinal)));
        var told = JsonNode.Parse(Assert.Single(await _scene.ToldAsync()))!;
        Assert.Equal((id, "succeeded"), (told["id"]!.ToString(), told["state"]!.ToString()));

        // A day later it is gone
        _scene.Clock.Advance(TimeSpan.FromHours(24));
        Assert.Null(await _scene.FindAsync(id));
        Assert.Equal(1, await _scene.Database.RunAsync(db => new OldOperations().RemoveAsync(db, _scene.Clock.GetUtcNow(), 10, default)));
    }

    [Theory]
    [InlineData(ConsentState.Declined, ParkedCallState.Declined, "authorization-required", "declined")]
    [InlineData(ConsentState.Expired, ParkedCallState.Expired, "session-expired", null)]
    [InlineData(ConsentState.Failed, ParkedCallState.Failed, "authorization-required", "failed")]
    internal async Task Without_consent_it_ends_with_the_reason_and_nothing_is_sent(ConsentState session, string state, string type, string? reason)
    {
        var id = await _scene.ParkAsync();
        await _scene.StartAsync();
        await _scene.Parked.ReleaseAsync("s1", session, default);

        var seen = await _scene.EndsAsync(id, state);

        Assert.Empty(_scene.Operation.Ran);
        Assert.Null(seen.Response);
        var error = JsonSerializer.SerializeToNode(seen.Error)!;
        Assert.Equal(("urn:lark-service:" + type, reason, "s1"), (error["type"]!.ToString(), error["reason"]?.ToString(), error["sessionId"]!.ToString()));
        Assert.Single(await _scene.ToldAsync());
    }

    [Fact]
    public async Task A_grant_that_is_taken_back_ends_what_waits()
    {
        var id = await _scene.ParkAsync();
        await _scene.StartAsync();
        await _scene.Parked.GiveUpAsync(Some.User, _scene.Clock.GetUtcNow(), default);

        var seen = await _scene.EndsAsync(id, ParkedCallState.Failed);

        Assert.Equal("revoked", JsonSerializer.SerializeToNode(seen.Error)!["reason"]!.ToString());
        Assert.Empty(_scene.Operation.Ran);
    }

    [Fact]
    public async Task A_refusal_is_a_failure_with_the_answer_and_the_platforms_code()
    {
        _scene.Operation.Work = _ => Task.FromResult(ScriptedOperation.Json(400, """{"code":2320001,"msg":"no such table","error":{"log_id":"log-7"}}"""));
        var id = await _scene.ParkAsync();
        await _scene.StartAsync();
        await _scene.AgreeAsync();

        var seen = await _scene.EndsAsync(id, ParkedCallState.Failed);

        var error = JsonSerializer.SerializeToNode(seen.Error)!;
        Assert.Equal(("urn:lark-service:platform-error", 2320001, "no such table", "log-7"), (error["type"]!.ToString(), (int)error["code"]!, error["msg"]!.ToString(), error["logId"]!.ToString()));
        Assert.Equal(400, seen.Response!.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_the_answer_is_lost_only_what_is_safe_is_sent_again(bool safe)
    {
        var tries = 0;
        _scene.Operation.Work = _ => Interlocked.Increment(ref tries) == 1
            ? throw new HttpRequestException(HttpRequestError.ResponseEnded)
            : Task.FromResult(ScriptedOperation.Json(200, "{}"));
        var id = await _scene.ParkAsync(safe);
        await _scene.StartAsync();
        await _scene.AgreeAsync();

        if (safe)
        {
            await Until.TrueAsync(async () => (await _scene.CallAsync(id)).Attempts == 1);
            await _scene.Clock.SomeoneWaitsForAsync(2);
            _scene.Clock.AdvanceSeconds(2);
        }

        var seen = await _scene.EndsAsync(id, safe ? ParkedCallState.Succeeded : ParkedCallState.OutcomeUnknown);
        Assert.Equal(safe ? 2 : 1, tries);
        if (!safe)
        {
            Assert.Contains("not known", JsonSerializer.SerializeToNode(seen.Error)!["detail"]!.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_never_left_is_tried_again_and_given_up_after_three_pauses()
    {
        _scene.Operation.Work = _ => throw new HttpRequestException(HttpRequestError.ConnectionError);
        var id = await _scene.ParkAsync();
        await _scene.StartAsync();
        await _scene.AgreeAsync();
        foreach (var (tries, pause) in new[] { (1, 2), (2, 10), (3, 60) })
        {
            await Until.TrueAsync(async () => await _scene.CallAsync(id) is { SentAt: null } call && call.Attempts == tries);
            await _scene.Clock.SomeoneWaitsForAsync(2);
            _scene.Clock.AdvanceSeconds(pause);
        }

        var seen = await _scene.EndsAsync(id, ParkedCallState.Failed);
        Assert.Equal(4, _scene.Operation.Ran.Count);
        Assert.Equal("urn:lark-service:platform-unavailable", JsonSerializer.SerializeToNode(seen.Error)!["type"]!.ToString());
    }

    [Theory]
    [InlineData(true, ParkedCallState.Succeeded, 1)]
    [InlineData(false, ParkedCallState.OutcomeUnknown, 0)]
    public async Task What_a_dead_process_had_sent_is_repeated_only_when_that_is_safe(bool safe, string state, int runs)
    {
        // Given a process that died between the note that it sends and the note of what came of it
        var id = await _scene.ParkAsync(safe);
        await _scene.ChangeAsync(id, c => (c.State, c.SentAt, c.LeaseOwner, c.DueAt) = (ParkedCallState.Running, _scene.Clock.GetUtcNow(), "dead", _scene.Clock.GetUtcNow().AddSeconds(15)));
        await _scene.StartAsync();

        await _scene.EndsAsync(id, state);

        Assert.Equal(runs, _scene.Operation.Ran.Count);
    }

    [Fact]
    public async Task What_may_have_been_sent_stays_unknown_also_when_the_grant_is_taken_back()
    {
        var id = await _scene.ParkAsync();
        await _scene.ChangeAsync(id, c => (c.State, c.SentAt, c.LeaseOwner) = (ParkedCallState.Running, _scene.Clock.GetUtcNow(), "dead"));
        await _scene.Parked.GiveUpAsync(Some.User, _scene.Clock.GetUtcNow(), default);
        await _scene.StartAsync();

        await _scene.EndsAsync(id, ParkedCallState.OutcomeUnknown);
    }

    [Fact]
    public async Task The_intent_is_written_down_before_anything_is_sent()
    {
        DateTimeOffset? noted = null;
        var id = "";
        _scene.Operation.Work = async _ =>
        {
            noted = (await _scene.CallAsync(id)).SentAt;
            return ScriptedOperation.Json(200, "{}");
        };
        id = await _scene.ParkAsync();
        await _scene.StartAsync();
        await _scene.AgreeAsync();

        await _scene.EndsAsync(id, ParkedCallState.Succeeded);
        Assert.Equal(_scene.Clock.GetUtcNow(), noted);
    }

    [Fact]
    public async Task Who_was_overtaken_writes_nothing_over_the_successor()
    {
        var id = "";
        _scene.Operation.Work = async _ =>
        {
            await _scene.ChangeAsync(id, c => c.LeaseOwner = "another");
            return ScriptedOperation.Json(200, "{}");
        };
        id = await _scene.ParkAsync();
        await _scene.StartAsync();
        await _scene.AgreeAsync();
        await Until.TrueAsync(() => _scene.Operation.Ran.Count == 1);
        await _scene.StopAsync();

        var call = await _scene.CallAsync(id);
        Assert.Equal((ParkedCallState.Running, null, "another"), (call.State, call.SealedAnswer, call.LeaseOwner));
        Assert.Empty(await _scene.ToldAsync());
    }

    [Fact]
    public async Task A_rate_limit_is_waited_for_as_long_as_the_platform_says()
    {
        var tries = 0;
        _scene.Operation.Work = _ => Interlocked.Increment(ref tries) == 1
            ? throw new PlatformException(new PlatformError(PlatformCodes.RateLimited, "too fast", null, 429) { RetryAfter = TimeSpan.FromSeconds(7) })
            : Task.FromResult(ScriptedOperation.Json(200, "{}"));
        var id = await _scene.ParkAsync();
        await _scene.StartAsync();
        await _scene.AgreeAsync();
        await Until.TrueAsync(async () => await _scene.CallAsync(id) is { SentAt: null } call && call.DueAt == _scene.Clock.GetUtcNow().AddSeconds(7));

        await _scene.Clock.SomeoneWaitsForAsync(2);
        _scene.Clock.AdvanceSeconds(8);
        await _scene.EndsAsync(id, ParkedCallState.Succeeded);
    }

    [Fact]
    public async Task Scopes_that_turn_out_to_be_missing_are_asked_for_together_with_the_rest_and_it_waits_again()
    {
        var tries = 0;
        _scene.Operation.Work = _ => Interlocked.Increment(ref tries) == 1 ? throw OperationScene.Gap() : Task.FromResult(ScriptedOperation.Json(200, "{}"));
        var id = await _scene.ParkAsync();
        await _scene.StartAsync();
        _scene.Consent.Answer = () => new ConsentAnswer.Waiting("s2");
        await _scene.AgreeAsync();
        await Until.TrueAsync(async () => await _scene.CallAsync(id) is { SessionId: "s2", State: ParkedCallState.WaitingForUser, SentAt: null });

        Assert.Equal("declared extra", _scene.Consent.Asked.Last().Scopes.ToString());
        await _scene.Parked.ReleaseAsync("s2", ConsentState.Granted, default);
        await _scene.EndsAsync(id, ParkedCallState.Succeeded);
    }

    [Fact]
    public async Task A_user_who_may_not_be_asked_yet_is_asked_later_and_two_hours_are_the_most()
    {
        _scene.Consent.Answer = () => new ConsentAnswer.Later(TimeSpan.FromMinutes(50));
        var id = await _scene.ParkAsync();
        var seen = (await _scene.FindAsync(id))!;
        Assert.Equal(("waiting_for_user", null), (seen.State, seen.SessionId));
        _scene.Operation.Work = _ => throw OperationScene.Gap();
        await _scene.StartAsync();

        foreach (var minutes in new[] { 50, 50, 20 })
        {
            await Until.TrueAsync(async () => await _scene.CallAsync(id) is { HeldBack: true, LeaseOwner: null } call && call.DueAt == _scene.Clock.GetUtcNow().AddMinutes(minutes));
            await _scene.Clock.SomeoneWaitsForAsync(2);
            _scene.Clock.Advance(TimeSpan.FromMinutes(minutes));
        }

        await _scene.EndsAsync(id, ParkedCallState.Expired);
    }

    [Fact]
    public async Task What_was_held_back_goes_on_as_soon_as_the_user_agrees_to_something()
    {
        _scene.Consent.Answer = () => new ConsentAnswer.Later(TimeSpan.FromMinutes(50));
        var id = await _scene.ParkAsync();
        await _scene.StartAsync();

        await _scene.Parked.HurryAsync(Some.User, default);

        await _scene.EndsAsync(id, ParkedCallState.Succeeded);
    }

    [Fact]
    public async Task An_answer_too_large_to_keep_is_said_so_and_not_fetched_again()
    {
        _scene.Operation.Work = _ => Task.FromResult(new OperationAnswer(200, "application/octet-stream", new byte[OperationRun.MostAnswerBytes + 1]));
        var id = await _scene.ParkAsync();
        await _scene.StartAsync();
        await _scene.AgreeAsync();

        var seen = await _scene.EndsAsync(id, ParkedCallState.Failed);

        Assert.Equal("urn:lark-service:payload-too-large", JsonSerializer.SerializeToNode(seen.Error)!["type"]!.ToString());
        Assert.Equal((200, null), (seen.Response!.Status, seen.Response.BodyBase64));
        Assert.Single(_scene.Operation.Ran);
    }

    [Theory]
    [InlineData("text/csv", "a,b\n", "\"a,b\\n\"", null)]
    [InlineData("application/json", "not json", null, "bm90IGpzb24=")]
    [InlineData("application/pdf", "%PDF", null, "JVBERg==")]
    public async Task A_body_is_given_as_what_it_is(string type, string bytes, string? body, string? base64)
    {
        _scene.Operation.Work = _ => Task.FromResult(new OperationAnswer(200, type, System.Text.Encoding.UTF8.GetBytes(bytes)));
        var id = await _scene.ParkAsync();
        await _scene.StartAsync();
        await _scene.AgreeAsync();

        var seen = await _scene.EndsAsync(id, ParkedCallState.Succeeded);

        Assert.Equal((body, base64), (seen.Response!.Body is { } some ? JsonSerializer.Serialize(some) : null, seen.Response.BodyBase64));
    }

    [Fact]
    public async Task Who_waits_for_the_end_is_answered_when_it_comes()
    {
        var id = await _scene.ParkAsync();
        await _scene.StartAsync();
        var (first, second) = (_scene.FindAsync(id, wait: 30), _scene.FindAsync(id, wait: 60));
        await Until.TrueAsync(() => _scene.Waiters.Awaited().Count == 1);
        Assert.False(first.IsCompleted);

        await _scene.AgreeAsync();

        Assert.Equal(["succeeded", "succeeded"], (await Task.WhenAll(first, second).Soon()).Select(v => v!.State));
        Assert.Empty(_scene.Waiters.Awaited());
    }

    [Fact]
    public async Task Who_waits_in_vain_is_told_how_it_stands_also_when_the_host_stops()
    {
        var id = await _scene.ParkAsync();
        var waiting = _scene.FindAsync(id, wait: 30);
        await _scene.Clock.SomeoneWaitsForAsync(30);
        _scene.Clock.AdvanceSeconds(30);
        Assert.Equal("waiting_for_user", (await waiting.Soon())!.State);

        waiting = _scene.FindAsync(id, wait: 30);
        await _scene.Clock.SomeoneWaitsForAsync(30);
        _scene.BeginToStop();
        Assert.Equal("waiting_for_user", (await waiting.Soon())!.State);
        Assert.Empty(_scene.Waiters.Awaited());
    }

    [Fact]
    public async Task An_end_of_which_no_news_came_is_found_within_a_second()
    {
        var id = await _scene.ParkAsync();
        using var watch = new OperationWatch(_scene.Database, _scene.Waiters, _scene.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<OperationWatch>.Instance);
        await watch.StartAsync(default);
        var waiting = _scene.FindAsync(id, wait: 30);
        await Until.TrueAsync(() => _scene.Waiters.Awaited().Count == 1);
        await _scene.ChangeAsync(id, c => (c.State, c.FinishedAt) = (ParkedCallState.Declined, _scene.Clock.GetUtcNow()));

        await _scene.Clock.SomeoneWaitsForAsync(1);
        _scene.Clock.AdvanceSeconds(1);

        Assert.Equal("declined", (await waiting.Soon())!.State);
        await watch.StopAsync(default);
    }

    [Fact]
    public void More_than_ten_thousand_who_wait_are_answered_at_once()
    {
        var waiters = new OperationWaiters();
        var all = Enumerable.Range(0, OperationWaiters.Most).Select(i => waiters.Enter($"op_{i % 7}")!).ToList();

        Assert.Null(waiters.Enter("op_1"));
        all[0].Dispose();
        all[0].Dispose();
        Assert.NotNull(waiters.Enter("op_1"));
        Assert.Null(waiters.Enter("op_1"));
    }

    [Fact]
    public async Task A_hundred_calls_of_one_user_may_wait_and_no_more()
    {
        for (var i = 0; i < ParkedOperations.MostOfUser; i++)
        {
            await _scene.ParkAsync();
        }

        _scene.Operation.Work = _ => throw OperationScene.Gap();
        var (result, http) = await _scene.AnswerAsync();

        Assert.Equal("urn:lark-service:rate-limited", Assert.IsType<ProblemHttpResult>(result).ProblemDetails.Type);
        Assert.NotEmpty(http.Response.Headers.RetryAfter.ToString());
        await _scene.ParkAsync(user: Some.OtherUser);
    }

    [Fact]
    public async Task A_call_too_large_to_wait_is_refused_before_it_is_made()
    {
        var (result, _) = await _scene.AnswerAsync(payload: new string('x', CallerOperations.MostPayloadBytes + 1));

        Assert.Equal(413, Assert.IsType<ProblemHttpResult>(result).StatusCode);
        Assert.Empty(_scene.Operation.Ran);
    }

    [Fact]
    public async Task A_call_at_once_whose_answer_is_lost_is_said_to_be_unknown_unless_it_is_safe()
    {
        _scene.Operation.Work = _ => throw new HttpRequestException(HttpRequestError.ResponseEnded);

        var unknown = Assert.IsType<ProblemHttpResult>((await _scene.AnswerAsync()).Result);
        var safe = Assert.IsType<ProblemHttpResult>((await _scene.AnswerAsync(safe: true)).Result);

        Assert.Equal((503, 503), (unknown.StatusCode, safe.StatusCode));
        Assert.Contains("not known", unknown.ProblemDetails.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("not known", safe.ProblemDetails.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_open_ends_and_is_not_run()
    {
        var id = await _scene.ParkAsync();
        await _scene.ChangeAsync(id, c => c.SealedPayload = Some.Seal().Seal(new("{}"), Some.OtherUser, SealPurpose.ParkedCall(id)));
        await _scene.StartAsync();
        await _scene.AgreeAsync();

        await _scene.EndsAsync(id, ParkedCallState.Failed);
        Assert.Empty(_scene.Operation.Ran);
    }

    [Fact]
    public async Task A_host_that_stops_lets_what_is_out_come_to_its_end()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _scene.Operation.Work = async _ =>
        {
            await goOn.Task;
            return ScriptedOperation.Json(200, "{}");
        };
        var id = await _scene.ParkAsync();
        await _scene.StartAsync();
        await _scene.AgreeAsync();
        await Until.TrueAsync(() => _scene.Operation.Ran.Count == 1);

        var stopping = _scene.StopAsync();
        goOn.SetResult();
        await stopping.Soon();

        Assert.Equal(ParkedCallState.Succeeded, (await _scene.CallAsync(id)).State);
    }

    [Fact]
    public async Task An_answer_is_not_lost_because_the_database_hiccups()
    {
        // Given a database that refuses the end of the call the first time
        await _scene.Database.RunAsync(db => Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlRawAsync(
            db.Database, "CREATE TRIGGER refuse BEFORE UPDATE ON parked_calls WHEN NEW.finished_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'not now'); END"));
        var id = await _scene.ParkAsync();
        await _scene.StartAsync();
        await _scene.AgreeAsync();
        await _scene.Clock.SomeoneWaitsForAsync(0.5);
        await _scene.Database.RunAsync(db => Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlRawAsync(db.Database, "DROP TRIGGER refuse"));
        _scene.Clock.AdvanceSeconds(0.5);

        await _scene.EndsAsync(id, ParkedCallState.Succeeded);
        Assert.Single(_scene.Operation.Ran);
    }
}

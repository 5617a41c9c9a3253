using System.Text.Json;
using System.Text.Json.Nodes;
using LarkService.Grants.Sealing;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>Calls that have waited for their user run once, and end in one of the ways there are.</summary>
public sealed class OperationRunTests : IAsyncLifetime
{
    private readonly OperationScene _scene = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

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
    public async Task What_finds_its_place_taken_comes_again_after_a_rest_that_is_no_try()
    {
        var tries = 0;
        _scene.Operation.Work = _ => Task.FromResult(Interlocked.Increment(ref tries) == 1 ? Busy() : ScriptedOperation.Json(200, "{}"));
        var id = await _scene.ParkAsync(safe: true);
        await _scene.StartAsync();
        await _scene.AgreeAsync();
        await Until.TrueAsync(async () => await _scene.CallAsync(id) is { LeaseOwner: null, Attempts: 0 } call && call.DueAt == _scene.Clock.GetUtcNow().AddSeconds(2));

        await _scene.Clock.SomeoneWaitsForAsync(2);
        _scene.Clock.AdvanceSeconds(3);
        await _scene.EndsAsync(id, ParkedCallState.Succeeded);
    }

    [Theory]
    [InlineData(true, 2)] // for five minutes, then it ends as it would for a caller on the line
    [InlineData(false, 1)] // what changes something is not made again
    public async Task What_finds_its_place_taken_for_too_long_has_failed(bool safe, int tries)
    {
        _scene.Operation.Work = _ => Task.FromResult(Busy());
        var id = await _scene.ParkAsync(safe);
        await _scene.StartAsync();
        await _scene.AgreeAsync();
        await Until.TrueAsync(async () => await _scene.CallAsync(id) is { State: ParkedCallState.Failed } or { LeaseOwner: null, SentAt: not null });

        await _scene.Clock.SomeoneWaitsForAsync(2);
        _scene.Clock.Advance(TimeSpan.FromMinutes(5));

        var seen = await _scene.EndsAsync(id, ParkedCallState.Failed);
        Assert.Equal((409, tries), (seen.Response!.Status, _scene.Operation.Ran.Count));
    }

    [Fact]
    public async Task A_rate_limit_is_no_try_and_is_waited_out_until_an_hour_after_the_users_time()
    {
        _scene.Operation.Work = _ => throw new PlatformException(new PlatformError(PlatformCodes.RateLimited, "too fast", null, 429) { RetryAfter = TimeSpan.FromSeconds(2) });
        var id = await _scene.ParkAsync();
        await _scene.StartAsync();
        await _scene.AgreeAsync();
        await _scene.TimePassesUntilAsync(id, call => _scene.Operation.Ran.Count > 12 && call is { LeaseOwner: null, Attempts: 0, State: ParkedCallState.Running });

        _scene.Clock.Advance(OperationRun.LongestRateLimit + TimeSpan.FromMinutes(10));

        await _scene.TimePassesUntilAsync(id, call => call.State == ParkedCallState.Failed);
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

    [Fact]
    public async Task An_answer_that_outgrew_us_on_its_way_is_not_fetched_again_either()
    {
        _scene.Operation.Work = _ => throw new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded);
        var id = await _scene.ParkAsync(safe: true);
        await _scene.StartAsync();
        await _scene.AgreeAsync();

        var seen = await _scene.EndsAsync(id, ParkedCallState.Failed);

        Assert.Equal("urn:lark-service:payload-too-large", JsonSerializer.SerializeToNode(seen.Error)!["type"]!.ToString());
        Assert.Single(_scene.Operation.Ran);
    }

    [Fact]
    public async Task A_caller_who_may_call_no_longer_ends_what_waited()
    {
        var id = await _scene.ParkAsync();
        _scene.Standing.Fault = "The API key that made this call was revoked.";
        await _scene.StartAsync();
        await _scene.AgreeAsync();

        var seen = await _scene.EndsAsync(id, ParkedCallState.Failed);

        var error = JsonSerializer.SerializeToNode(seen.Error)!;
        Assert.Equal(("urn:lark-service:permission-denied", "The API key that made this call was revoked."), (error["type"]!.ToString(), error["detail"]!.ToString()));
        Assert.Equal((0, "caller-1"), (_scene.Operation.Ran.Count, _scene.Standing.Asked.Single()));
        Assert.Single(await _scene.ToldAsync());
    }

    [Fact]
    public async Task A_kind_that_only_newer_replicas_know_is_left_to_them_for_an_hour()
    {
        var id = await _scene.ParkAsync(kind: "of tomorrow");
        await _scene.StartAsync();
        await _scene.AgreeAsync();
        await Until.TrueAsync(async () => await _scene.CallAsync(id) is { LeaseOwner: null, Attempts: 0, SentAt: null, State: ParkedCallState.Running } call && call.DueAt > _scene.Clock.GetUtcNow());

        _scene.Clock.Advance(OperationRun.LongestUpgrade);
        await _scene.TimePassesUntilAsync(id, call => call.State == ParkedCallState.Failed);
        Assert.Empty(_scene.Operation.Ran);
    }

    private static OperationAnswer Busy() => OperationAnswer.Problem(LarkService.Apaas.Ai.Rest.ChatAnswer.Busy()) with { Headers = new Dictionary<string, string> { ["Retry-After"] = "2" } };
}

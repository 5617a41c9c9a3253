using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Idempotency;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>Calls of outside callers as they come in: made at once, or kept until their user has agreed.</summary>
public sealed class OperationParkingTests : IAsyncLifetime
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
    public async Task Nor_do_more_than_that_come_in_at_once()
    {
        for (var i = 0; i < ParkedOperations.MostOfUser - 2; i++)
        {
            await _scene.ParkAsync();
        }

        _scene.Operation.Work = _ => throw OperationScene.Gap();
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _scene.AnswerAsync())));

        Assert.Equal(2, results.Count(r => r.Result is Accepted<OperationParked>));
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
    public async Task A_call_that_is_kept_is_said_to_be_although_its_session_cannot_be_looked_at()
    {
        _scene.Consent.Looking = () => throw new TimeoutException("no database");
        _scene.Operation.Work = _ => throw OperationScene.Gap();

        var accepted = Assert.IsType<Accepted<OperationParked>>((await _scene.AnswerAsync()).Result);

        Assert.Equal(ParkedCallState.WaitingForUser, (await _scene.CallAsync(accepted.Value!.Id)).State);
    }

    [Theory]
    [InlineData(99991400, 400, 7.2, "8")]
    [InlineData(0, 429, null, "1")]
    public async Task A_limit_of_the_platform_at_once_is_the_callers_to_wait(int code, int status, double? seconds, string after)
    {
        _scene.Operation.Work = _ => throw new PlatformException(new PlatformError(code, "too fast", null, status) { RetryAfter = seconds is { } s ? TimeSpan.FromSeconds(s) : null });

        var (result, http) = await _scene.AnswerAsync();

        var problem = Assert.IsType<ProblemHttpResult>(result);
        Assert.Equal((429, "urn:lark-service:rate-limited", after), (problem.StatusCode, problem.ProblemDetails.Type, http.Response.Headers.RetryAfter.ToString()));
        Assert.False(Outcomes.IsUnknown(http));
    }

    [Theory]
    [InlineData(0, 502, false, 503, true)]
    [InlineData(0, 500, false, 503, true)]
    [InlineData(0, 502, true, 502, false)]
    [InlineData(2320001, 500, false, 502, false)]
    [InlineData(0, 404, false, 502, false)]
    public async Task What_somebody_on_the_way_answers_leaves_the_outcome_of_a_write_open(int code, int status, bool safe, int answered, bool isUnknown)
    {
        _scene.Operation.Work = _ => throw new PlatformException(new PlatformError(code, "bad gateway", null, status));

        var (result, http) = await _scene.AnswerAsync(safe);

        Assert.Equal((answered, isUnknown), (Assert.IsType<ProblemHttpResult>(result).StatusCode, Outcomes.IsUnknown(http)));
    }

    [Fact]
    public async Task A_write_with_an_id_whose_answer_is_lost_at_once_is_unknown_too_for_the_next_one_has_another_id()
    {
        _scene.Operation.Work = _ => throw new HttpRequestException(HttpRequestError.ResponseEnded);

        var (result, http) = await _scene.AnswerAsync(safe: true, safeFor: TimeSpan.FromMinutes(50));

        Assert.Equal((503, true), (Assert.IsType<ProblemHttpResult>(result).StatusCode, Outcomes.IsUnknown(http)));
    }

    [Fact]
    public async Task An_answer_too_large_at_once_is_said_so_and_the_outcome_is_known()
    {
        _scene.Operation.Work = _ => throw new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded);

        var (result, http) = await _scene.AnswerAsync();

        Assert.Equal("urn:lark-service:payload-too-large", Assert.IsType<ProblemHttpResult>(result).ProblemDetails.Type);
        Assert.False(Outcomes.IsUnknown(http));
    }
}

using System.Text.Json;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>A call that may have been carried out is made again only where that does no harm.</summary>
public sealed class OperationOnceTests : IAsyncLifetime
{
    private readonly OperationScene _scene = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

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

    [Theory]
    [InlineData(49, ParkedCallState.Succeeded, 1)]
    [InlineData(50, ParkedCallState.OutcomeUnknown, 0)]
    public async Task A_call_with_an_id_is_repeated_only_while_the_platform_remembers_it(int minutes, string state, int runs)
    {
        // Given a process that died long ago, with such a call out
        var id = await _scene.ParkAsync(safe: true, safeFor: TimeSpan.FromMinutes(50));
        await _scene.ChangeAsync(id, c => (c.State, c.SentAt, c.LeaseOwner, c.DueAt) = (ParkedCallState.Running, _scene.Clock.GetUtcNow(), "dead", _scene.Clock.GetUtcNow().AddSeconds(15)));
        _scene.Clock.Advance(TimeSpan.FromMinutes(minutes));
        await _scene.StartAsync();

        await _scene.EndsAsync(id, state);

        Assert.Equal(runs, _scene.Operation.Ran.Count);
    }

    [Fact]
    public async Task When_it_was_first_sent_counts_however_often_it_was_repeated()
    {
        _scene.Operation.Work = _ => throw new HttpRequestException(HttpRequestError.ResponseEnded);
        var id = await _scene.ParkAsync(safe: true, safeFor: TimeSpan.FromSeconds(11));
        var first = _scene.Clock.GetUtcNow();
        await _scene.StartAsync();
        await _scene.AgreeAsync();
        foreach (var (tries, pause) in new[] { (1, 2), (2, 10) })
        {
            await Until.TrueAsync(async () => await _scene.CallAsync(id) is { LeaseOwner: null } call && call.Attempts == tries && call.SentAt == first);
            await _scene.Clock.SomeoneWaitsForAsync(2);
            _scene.Clock.AdvanceSeconds(pause);
        }

        await _scene.EndsAsync(id, ParkedCallState.OutcomeUnknown); // 12 seconds after the first
        Assert.Equal(2, _scene.Operation.Ran.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_changes_something_and_was_tried_in_vain_is_unknown_in_the_end(bool isKeyed)
    {
        _scene.Operation.Work = _ => throw new HttpRequestException(HttpRequestError.ResponseEnded);
        var id = await _scene.ParkAsync(safe: true, safeFor: isKeyed ? TimeSpan.FromMinutes(50) : null);
        await _scene.StartAsync();
        await _scene.AgreeAsync();
        foreach (var (tries, pause) in new[] { (1, 2), (2, 10), (3, 60) })
        {
            await Until.TrueAsync(async () => await _scene.CallAsync(id) is { LeaseOwner: null } call && call.Attempts == tries);
            await _scene.Clock.SomeoneWaitsForAsync(2);
            _scene.Clock.AdvanceSeconds(pause);
        }

        await _scene.EndsAsync(id, isKeyed ? ParkedCallState.OutcomeUnknown : ParkedCallState.Failed);
        Assert.Equal(4, _scene.Operation.Ran.Count);
    }

    [Theory]
    [InlineData(400, 2320001)]
    [InlineData(429, 99991400)]
    public async Task A_refusal_after_a_try_whose_answer_was_lost_says_nothing_of_that_try(int status, int code)
    {
        var tries = 0;
        _scene.Operation.Work = _ => Interlocked.Increment(ref tries) == 1
            ? throw new HttpRequestException(HttpRequestError.ResponseEnded)
            : throw new PlatformException(new PlatformError(code, "no", null, status));
        var id = await _scene.ParkAsync(safe: true, safeFor: TimeSpan.FromHours(9));
        await _scene.ChangeAsync(id, c => c.ExpiresAt = _scene.Clock.GetUtcNow() - OperationRun.LongestRateLimit);
        await _scene.StartAsync();
        await _scene.AgreeAsync();
        await Until.TrueAsync(async () => await _scene.CallAsync(id) is { LeaseOwner: null, Attempts: 1 });
        await _scene.Clock.SomeoneWaitsForAsync(2);
        _scene.Clock.AdvanceSeconds(2);

        await _scene.EndsAsync(id, ParkedCallState.OutcomeUnknown);
        Assert.Equal(2, tries);
    }

    [Theory]
    [InlineData(502)]
    [InlineData(504)]
    [InlineData(500)]
    public async Task A_page_of_somebody_on_the_way_leaves_a_write_unknown_and_is_kept(int status)
    {
        _scene.Operation.Work = _ => Task.FromResult(new OperationAnswer(status, "text/html", "<h1>Bad gateway</h1>"u8.ToArray()));
        var id = await _scene.ParkAsync();
        await _scene.StartAsync();
        await _scene.AgreeAsync();

        var seen = await _scene.EndsAsync(id, ParkedCallState.OutcomeUnknown);

        Assert.Equal((status, "<h1>Bad gateway</h1>"), (seen.Response!.Status, (string)seen.Response.Body!));
        Assert.Single(_scene.Operation.Ran);
    }
}

using LarkService.Authorization;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Authorization;

public sealed class CallConsentsTests : IDisposable
{
    private readonly Scene _scene = new();

    [Fact]
    public async Task Calls_that_come_within_a_blink_become_one_session_with_all_their_scopes_and_one_card()
    {
        var calls = new[] { "a", "b", "a c" }.Select(scopes => AskAsync(scopes)).ToList();
        _scene.Clock.Advance(TimeSpan.FromMilliseconds(149));
        calls.Add(AskAsync("d"));
        Assert.DoesNotContain(calls, c => c.IsCompleted);
        _scene.Clock.Advance(TimeSpan.FromMilliseconds(1));

        var asked = (await Task.WhenAll(calls).Soon()).Cast<AskOutcome.Asked>().ToList();
        Assert.Equal(ScopeSet.Parse("a auth:user.id:read b c d offline_access"), asked[0].Session.Scopes);
        Assert.Single(asked.Select(a => a.Session.SessionId).Distinct());
        Assert.Single(_scene.Platform.To(OpenPlatform.Messages));
    }

    [Fact]
    public async Task A_later_call_joins_what_waits_on_the_same_card()
    {
        var first = Assert.IsType<AskOutcome.Asked>(await NowAsync("a"));
        var second = Assert.IsType<AskOutcome.Asked>(await NowAsync("b"));
        await _scene.ShowAsync();

        Assert.Equal((true, true, "om_1"), (second.CardSent, second.InPlace, second.Session.MessageId));
        Assert.Equal(ScopeSet.Parse("a auth:user.id:read b offline_access"), second.Session.Scopes);
        Assert.Equal(SessionState.Superseded, (await _scene.SessionAsync(first.Session.SessionId)).State);
        Assert.Single(_scene.Platform.To(OpenPlatform.Messages), c => c.Method == HttpMethod.Post);
    }

    [Fact]
    public async Task People_are_gathered_apart_and_their_own_wishes_wait_for_nothing()
    {
        var mine = AskAsync("a");
        var hers = AskAsync("b", Some.OtherUser);
        Assert.IsType<AskOutcome.Asked>(await _scene.CallConsents.AskAsync(new ConsentAsk(Some.User, ScopeSet.Of("c"), SessionOrigin.Chat), default).Soon());

        _scene.Clock.Advance(CallConsents.Blink);
        Assert.Equal(ScopeSet.Parse("auth:user.id:read b offline_access"), ((AskOutcome.Asked)await hers.Soon()).Session.Scopes);
        Assert.Equal(ScopeSet.Parse("a auth:user.id:read offline_access"), ((AskOutcome.Asked)await mine.Soon()).Session.Scopes);
    }

    [Fact]
    public async Task A_caller_who_goes_away_takes_nobody_elses_answer_along()
    {
        using var gone = new CancellationTokenSource();
        var first = _scene.CallConsents.AskAsync(Ask("a", Some.User), gone.Token);
        var second = AskAsync("b");
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        _scene.Clock.Advance(CallConsents.Blink);
        Assert.True(((AskOutcome.Asked)await second.Soon()).Session.Scopes.Contains("a"));
    }

    [Fact]
    public async Task A_fault_is_everybodys()
    {
        _scene.Platform.Breaks(OpenPlatform.Messages);
        var calls = new[] { AskAsync("a"), AskAsync("b") };
        _scene.Clock.Advance(CallConsents.Blink);

        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => call.Soon());
        }
    }

    [Fact]
    public async Task More_than_the_platform_takes_at_once_is_asked_for_by_itself()
    {
        var many = AskAsync(string.Join(' ', Enumerable.Range(0, 48).Select(i => $"s{i}")));
        var more = AskAsync("x y z");
        Assert.IsType<AskOutcome.Asked>(await more.Soon());
        _scene.Clock.Advance(CallConsents.Blink);

        Assert.IsType<AskOutcome.TooOften>(await many.Soon()); // an automatic card is out already
    }

    [Fact]
    public async Task Held_back_calls_are_counted_and_told_how_long()
    {
        var asked = (AskOutcome.Asked)await NowAsync("a");
        await _scene.Completion.EndAsync(asked.Session, SessionState.Declined, null, default);
        _scene.Clock.AdvanceSeconds(600);

        var left = Assert.IsType<AskOutcome.TooOften>(await NowAsync("b")).RetryAfter;
        Assert.InRange(left, TimeSpan.FromMinutes(49), TimeSpan.FromMinutes(50));
        Assert.Equal(1, _scene.Meters.Sum("lark_service.auth.rate_limit_triggered"));
        Assert.Single(await _scene.SessionsAsync());

        // The user's own wish and a caller's express one are not held back
        Assert.IsType<AskOutcome.Asked>(await _scene.Consents.AskAsync(new ConsentAsk(Some.User, ScopeSet.Of("a"), SessionOrigin.Chat), default));
        Assert.IsType<AskOutcome.Asked>(await _scene.Consents.AskAsync(new ConsentAsk(Some.User, ScopeSet.Of("z"), SessionOrigin.Rest), default));
    }

    [Fact]
    public async Task After_the_cooldown_a_call_asks_again()
    {
        var asked = (AskOutcome.Asked)await NowAsync("a");
        await _scene.Completion.EndAsync(asked.Session, SessionState.Expired, null, default);
        _scene.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.IsType<AskOutcome.TooOften>(await NowAsync("a"));

        _scene.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(Assert.IsType<AskOutcome.Asked>(await NowAsync("a")).InPlace);
        Assert.Equal(2, _scene.Platform.To(OpenPlatform.Messages).Count);
    }

    public void Dispose() => _scene.Dispose();

    private static ConsentAsk Ask(string scopes, UserKey user) => new(user, ScopeSet.Parse(scopes), SessionOrigin.Call);

    private Task<AskOutcome> AskAsync(string scopes, UserKey? user = null) => _scene.CallConsents.AskAsync(Ask(scopes, user ?? Some.User), default);

    private Task<AskOutcome> NowAsync(string scopes)
    {
        var asking = AskAsync(scopes);
        _scene.Clock.Advance(CallConsents.Blink);
        return asking.Soon();
    }
}

using LarkService.Authorization;
using LarkService.Authorization.Flows;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Authorization;

public sealed class RedirectConsentTests : IDisposable
{
    private static readonly Secret Code = new("FAKE-CODE");
    private readonly Scene _scene = new();

    public RedirectConsentTests() => _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-1", "refresh-1"));

    [Fact]
    public async Task A_code_with_its_state_becomes_a_grant()
    {
        var (session, state) = await SessionAsync();
        var verifier = _scene.Links.Verifier(session).Reveal();

        Assert.Equal(CallbackResult.Authorized, await FinishAsync(state, Code));
        var sent = Assert.Single(_scene.Platform.To(OpenPlatform.Token)).Json;
        Assert.Equal(("FAKE-CODE", verifier, Scene.RedirectUri), ((string?)sent["code"], (string?)sent["code_verifier"], (string?)sent["redirect_uri"]));
        Assert.NotNull(await _scene.StoredAsync());
    }

    [Fact]
    public async Task A_state_works_once()
    {
        var (_, state) = await SessionAsync();
        await FinishAsync(state, Code);

        Assert.Equal(CallbackResult.UnknownLink, await FinishAsync(state, Code));
        Assert.Single(_scene.Platform.To(OpenPlatform.Token));
    }

    [Fact]
    public async Task Without_a_state_that_is_ours_nothing_is_exchanged()
    {
        await SessionAsync();

        Assert.Equal(CallbackResult.UnknownLink, await FinishAsync(null, Code));
        Assert.Equal(CallbackResult.UnknownLink, await FinishAsync("", Code));
        Assert.Equal(CallbackResult.UnknownLink, await FinishAsync("guessed", Code));
        Assert.Equal(CallbackResult.UnknownLink, await FinishAsync(new string('x', 300), Code));
        Assert.Empty(_scene.Platform.Calls);
    }

    [Theory]
    [InlineData("guessed", 0)]
    [InlineData("0123456789012345678901234567890123456789é12", 0)]
    [InlineData("01234567890123456789012345678901234567890123", 0)]
    [InlineData("0123456789012345678901234567890123456789_-2", 1)]
    public async Task What_anybody_makes_up_costs_the_database_one_look_and_what_no_state_looks_like_none(string state, int looks)
    {
        await SessionAsync();
        var opened = 0;
        _scene.Opening = () => opened++;

        Assert.Equal(CallbackResult.UnknownLink, await FinishAsync(state, Code));

        Assert.Equal(looks, opened);
    }

    [Fact]
    public async Task A_state_that_comes_with_nothing_is_not_used_up()
    {
        var (_, state) = await SessionAsync();

        Assert.Equal(CallbackResult.UnknownLink, await FinishAsync(state, null));
        Assert.Equal(CallbackResult.Authorized, await FinishAsync(state, Code));
    }

    [Fact]
    public async Task A_refusal_on_the_page_declines()
    {
        var (session, state) = await SessionAsync();

        Assert.Equal(CallbackResult.Declined, await FinishAsync(state, null, "access_denied"));
        Assert.Equal(SessionState.Declined, (await _scene.SessionAsync(session.SessionId)).State);
    }

    [Fact]
    public async Task After_its_time_a_session_expires_instead()
    {
        var (session, state) = await SessionAsync();
        _scene.Clock.AdvanceSeconds(600);

        Assert.Equal(CallbackResult.Expired, await FinishAsync(state, Code));
        Assert.Equal(SessionState.Expired, (await _scene.SessionAsync(session.SessionId)).State);
        Assert.Empty(_scene.Platform.Calls);
    }

    [Fact]
    public async Task Somebody_else_is_told_on_the_page()
    {
        var (_, state) = await SessionAsync(Some.OtherUser);

        Assert.Equal(CallbackResult.WrongPerson, await FinishAsync(state, Code));
    }

    [Theory]
    [InlineData(20003)]
    [InlineData(20004)]
    [InlineData(20065)]
    [InlineData(20049)]
    public async Task A_spent_code_leaves_the_session_pending_with_a_fresh_link(int code)
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(code));
        var (session, state) = await SessionAsync();

        Assert.Equal(CallbackResult.CodeSpent, await FinishAsync(state, Code));
        var after = await _scene.SessionAsync(session.SessionId);
        Assert.Equal(SessionState.Pending, after.State);
        Assert.NotEqual(state, Links.Query(_scene.Links.Page(after))["state"]);
        Assert.Equal([SessionTopics.Changed], await _scene.FollowUpsAsync());
    }

    [Theory]
    [InlineData(20002)]
    [InlineData(20010)]
    [InlineData(20071)]
    public async Task Any_other_refusal_fails_the_session_with_its_code(int code)
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(code));
        var (session, state) = await SessionAsync();

        Assert.Equal(CallbackResult.Failed, await FinishAsync(state, Code));
        var after = await _scene.SessionAsync(session.SessionId);
        Assert.Equal((SessionState.Failed, $"platform_{code}"), (after.State, after.ErrorCode));
    }

    [Fact]
    public async Task A_passing_fault_is_waited_out_while_the_browser_waits()
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(20050, 500), OpenPlatform.Refusal(20072, 503), OpenPlatform.Tokens("access-1", "refresh-1"));
        var (_, state) = await SessionAsync();

        var finishing = FinishAsync(state, Code);
        await _scene.Clock.SomeoneWaitsForAsync(0.5);
        _scene.Clock.AdvanceSeconds(0.5);
        await _scene.Clock.SomeoneWaitsForAsync(1);
        _scene.Clock.AdvanceSeconds(1);

        Assert.Equal(CallbackResult.Authorized, await finishing.Soon());
    }

    [Fact]
    public async Task A_fault_of_ours_leaves_the_session_pending_with_a_fresh_link()
    {
        _scene.Platform.When(OpenPlatform.Token, (_, _) => throw new InvalidOperationException("a fault of ours"));
        var (session, state) = await SessionAsync();

        Assert.Equal(CallbackResult.CodeSpent, await FinishAsync(state, Code));
        var stored = await _scene.SessionAsync(session.SessionId);
        Assert.Equal(SessionState.Pending, stored.State);
        Assert.NotEqual(session.StateHash, stored.StateHash);
        Assert.NotNull(stored.StateHash);
    }

    [Fact]
    public async Task A_platform_that_does_not_answer_fails_the_session_so_that_the_card_offers_another_try()
    {
        _scene.Platform.Breaks(OpenPlatform.Token);
        var (session, state) = await SessionAsync();

        var finishing = FinishAsync(state, Code);
        await _scene.Clock.SomeoneWaitsForAsync(0.5);
        _scene.Clock.AdvanceSeconds(0.5);
        await _scene.Clock.SomeoneWaitsForAsync(1);
        _scene.Clock.AdvanceSeconds(1);

        Assert.Equal(CallbackResult.Failed, await finishing.Soon());
        Assert.Equal(3, _scene.Platform.To(OpenPlatform.Token).Count);
        Assert.Equal(SessionErrors.PlatformUnavailable, (await _scene.SessionAsync(session.SessionId)).ErrorCode);
    }

    [Fact]
    public async Task A_browser_that_goes_away_does_not_lose_the_consent()
    {
        // Given an exchange under way, whose code works once
        var answer = new TaskCompletionSource<(int Status, string Body)>(TaskCreationOptions.RunContinuationsAsynchronously);
        _scene.Platform.When(OpenPlatform.Token, async (_, ct) =>
        {
            var (status, body) = await answer.Task.WaitAsync(ct);
            return OpenPlatform.Response(status, body);
        });
        var (session, state) = await SessionAsync();
        using var browser = new CancellationTokenSource();
        var finishing = _scene.Redirects.FinishAsync(state, Code, null, browser.Token);
        await Until.TrueAsync(() => _scene.Platform.To(OpenPlatform.Token).Count > 0);

        // When the browser is closed
        await browser.CancelAsync();
        answer.SetResult(OpenPlatform.Tokens("access-1", "refresh-1"));

        // Then the consent counts all the same
        await finishing.Soon();
        Assert.Equal(SessionState.Authorized, (await _scene.SessionAsync(session.SessionId)).State);
    }

    [Fact]
    public async Task The_code_is_kept_sealed_while_it_is_exchanged_and_gone_afterwards()
    {
        AuthorizationSession? meanwhile = null;
        var (session, state) = await SessionAsync();
        _scene.Platform.When(OpenPlatform.Token, async (_, _) =>
        {
            meanwhile = await _scene.SessionAsync(session.SessionId);
            var (status, body) = OpenPlatform.Tokens("access-1", "refresh-1");
            return OpenPlatform.Response(status, body);
        });

        Assert.Equal(CallbackResult.Authorized, await FinishAsync(state, Code));

        Assert.True(ConsentLinks.IsBeingFinished(meanwhile!));
        Assert.Equal(Code, _scene.Links.Code(meanwhile!));
        Assert.Equal(_scene.Clock.GetUtcNow() + SessionTurns.OfCode, meanwhile!.NextPollAt);
        Assert.DoesNotContain("FAKE-CODE", meanwhile.SealedDeviceCode!, StringComparison.Ordinal);
        Assert.Null((await _scene.SessionAsync(session.SessionId)).SealedDeviceCode);
    }

    [Fact]
    public async Task A_browser_that_has_waited_long_enough_is_told_that_it_is_being_finished_and_it_is()
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _scene.Platform.When(OpenPlatform.Token, async (_, ct) =>
        {
            await answer.Task.WaitAsync(ct);
            var (status, body) = OpenPlatform.Tokens("access-1", "refresh-1");
            return OpenPlatform.Response(status, body);
        });
        var (session, state) = await SessionAsync();
        var finishing = FinishAsync(state, Code);
        await _scene.Clock.SomeoneWaitsForAsync(25);
        await Until.TrueAsync(() => _scene.Platform.To(OpenPlatform.Token).Count == 1);
        _scene.Clock.AdvanceSeconds(25);

        Assert.Equal(CallbackResult.Finishing, await finishing.Soon());
        Assert.Equal(SessionState.Pending, (await _scene.SessionAsync(session.SessionId)).State);
        answer.SetResult();
        await _scene.Redirects.DisposeAsync(); // a host that stops waits for it
        Assert.Equal(SessionState.Authorized, (await _scene.SessionAsync(session.SessionId)).State);
    }

    [Fact]
    public async Task A_host_that_stops_leaves_what_cannot_be_sent_now_to_the_next_at_once()
    {
        _scene.Platform.Answer(OpenPlatform.Token, 429, """{"code":99991400}""");
        var (session, state) = await SessionAsync();
        var finishing = FinishAsync(state, Code);
        await Until.TrueAsync(() => _scene.Platform.To(OpenPlatform.Token).Count == 1);

        _scene.Host.StopApplication();

        Assert.Equal(CallbackResult.Finishing, await finishing.Soon());
        var left = await _scene.SessionAsync(session.SessionId);
        Assert.Equal((SessionState.Pending, _scene.Clock.GetUtcNow()), (left.State, left.NextPollAt));
        Assert.Equal(Code, _scene.Links.Code(left));
    }

    [Fact]
    public async Task A_code_left_behind_is_exchanged_by_whoever_comes_when_the_turn_is_over()
    {
        var (session, state) = await SessionAsync();
        await LeaveBehindAsync(state);
        var left = await _scene.SessionAsync(session.SessionId);

        await Task.WhenAll(_scene.Redirects.ResumeAsync(left, default), _scene.Redirects.ResumeAsync(left, default)).Soon();

        Assert.Equal(SessionState.Authorized, (await _scene.SessionAsync(session.SessionId)).State);
        Assert.Equal("FAKE-CODE", (string?)Assert.Single(_scene.Platform.To(OpenPlatform.Token)).Json["code"]);
    }

    [Fact]
    public async Task A_code_left_behind_that_was_spent_after_all_leaves_a_fresh_link()
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(20065));
        var (session, state) = await SessionAsync();
        await LeaveBehindAsync(state);

        await _scene.Redirects.ResumeAsync(await _scene.SessionAsync(session.SessionId), default);

        var after = await _scene.SessionAsync(session.SessionId);
        Assert.Equal((SessionState.Pending, null, null), (after.State, after.SealedDeviceCode, after.NextPollAt));
        Assert.NotEqual(state, Links.Query(_scene.Links.Page(after))["state"]);
    }

    [Fact]
    public async Task Whoever_came_back_in_time_is_not_expired_while_the_code_is_exchanged()
    {
        var (session, state) = await SessionAsync();
        _scene.Clock.AdvanceSeconds(590);
        await LeaveBehindAsync(state, _scene.Clock.GetUtcNow().AddSeconds(50));
        await _scene.Expiry.StartAsync(default);
        for (var look = 0; look < 17; look++)
        {
            await _scene.Clock.SomeoneWaitsForAsync(3);
            Assert.Equal(SessionState.Pending, (await _scene.SessionAsync(session.SessionId)).State);
            _scene.Clock.AdvanceSeconds(3);
        }

        // Then it ends when nobody has taken it up
        for (var look = 0; look < 20; look++)
        {
            await _scene.Clock.SomeoneWaitsForAsync(3);
            _scene.Clock.AdvanceSeconds(3);
        }

        await Until.TrueAsync(async () => (await _scene.SessionAsync(session.SessionId)).State == SessionState.Expired);
        await _scene.Expiry.StopAsync(default);
    }

    [Fact]
    public async Task What_is_not_clear_does_not_use_up_the_state()
    {
        var (_, state) = await SessionAsync();

        Assert.Equal(CallbackResult.UnknownLink, await FinishAsync(state, Code, "access_denied"));
        Assert.Equal(CallbackResult.UnknownLink, await FinishAsync(state, new Secret(new string('c', 2049))));
        Assert.Equal(CallbackResult.Authorized, await FinishAsync(state, Code));
    }

    [Theory]
    [InlineData("20027", "platform_20027", 1)]
    [InlineData("server_error", SessionErrors.ConsentPage, 0)]
    [InlineData("<script>alert(1)</script>", SessionErrors.ConsentPage, 0)]
    [InlineData("99999999999999999999", SessionErrors.ConsentPage, 0)]
    [InlineData("1", SessionErrors.ConsentPage, 0)]
    public async Task An_error_that_is_no_refusal_fails_the_session_and_its_number_is_told_to_the_operators(string error, string errorCode, int alerts)
    {
        var (session, state) = await SessionAsync();

        Assert.Equal(CallbackResult.Failed, await FinishAsync(state, null, error));
        var after = await _scene.SessionAsync(session.SessionId);
        Assert.Equal((SessionState.Failed, errorCode), (after.State, after.ErrorCode));
        Assert.Equal(alerts, _scene.Alerts.Told.Count);
    }

    public void Dispose() => _scene.Dispose();

    /// <summary>A process came this far and died.</summary>
    private Task<AuthorizationSession?> LeaveBehindAsync(string state, DateTimeOffset? turnEnds = null) => _scene.Sessions.ConsumeStateAsync(
        state,
        (session, update) =>
        {
            update.SetProperty(s => s.SealedDeviceCode, _scene.Links.SealCode(session, Code));
            update.SetProperty(s => s.NextPollAt, turnEnds ?? _scene.Clock.GetUtcNow());
        },
        default);

    private async Task<(AuthorizationSession Session, string State)> SessionAsync(UserKey? user = null)
    {
        var session = await _scene.SessionAsync(user: user);
        return (session, Links.Query(_scene.Links.Page(session))["state"]);
    }

    private async Task<CallbackResult> FinishAsync(string? state, Secret? code, string? error = null) => (await _scene.Redirects.FinishAsync(state, code, error, default)).Result;
}

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

        Assert.Equal(CallbackResult.Failed, await FinishAsync(state, Code));
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

    public void Dispose() => _scene.Dispose();

    private async Task<(AuthorizationSession Session, string State)> SessionAsync(UserKey? user = null)
    {
        var session = await _scene.SessionAsync(user: user);
        return (session, Links.Query(_scene.Links.Page(session))["state"]);
    }

    private async Task<CallbackResult> FinishAsync(string? state, Secret? code, string? error = null) => (await _scene.Redirects.FinishAsync(state, code, error, default)).Result;
}

using LarkService.Authorization;
using LarkService.Authorization.Flows;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Authorization;

/// <summary>Whoever agrees in the last moment of a session or of a code has agreed.</summary>
public sealed class LastMomentTests : IDisposable
{
    private readonly Scene _scene = new();

    public LastMomentTests() => _scene.Platform.Answer(OpenPlatform.Device, OpenPlatform.Recorded("device-authorization-success"));

    [Theory]
    [InlineData(240, 239)] // the code ends before the session
    [InlineData(3600, 599)]
    public async Task The_last_poll_is_right_before_the_end(int codeSeconds, int lastPoll)
    {
        var began = _scene.Clock.GetUtcNow();
        var session = await ClickedAsync();
        _scene.Clock.AdvanceSeconds(lastPoll - 5);
        await _scene.Turns.AgainAsync(session, 5, began.AddSeconds(codeSeconds));
        Assert.Equal(began.AddSeconds(lastPoll), (await _scene.SessionAsync(session.SessionId)).NextPollAt);

        // And no second one there
        _scene.Clock.AdvanceSeconds(5);
        await _scene.Turns.AgainAsync(session, 5, began.AddSeconds(codeSeconds));
        Assert.True((await _scene.SessionAsync(session.SessionId)).NextPollAt > began.AddSeconds(lastPoll + 1));
    }

    [Fact]
    public async Task A_session_does_not_expire_under_its_last_poll()
    {
        var clicked = await ClickedAsync();
        var left = await _scene.SessionAsync(SessionFlow.Device, "never clicked");
        _scene.Clock.AdvanceSeconds(601);
        await _scene.Expiry.EndSomeAsync(default);
        Assert.Equal((SessionState.Pending, SessionState.Expired), (await StateAsync(clicked), await StateAsync(left)));

        _scene.Clock.AdvanceSeconds(10);
        await _scene.Expiry.EndSomeAsync(default);
        Assert.Equal(SessionState.Expired, await StateAsync(clicked));
    }

    [Fact]
    public async Task A_code_that_came_back_in_time_is_exchanged_although_its_process_died_at_the_end_of_the_session()
    {
        var session = await _scene.SessionAsync();
        _scene.Clock.AdvanceSeconds(595);
        await _scene.Sessions.ChangeAsync(session, u => u
            .SetProperty(s => s.StateHash, (string?)null)
            .SetProperty(s => s.SealedDeviceCode, _scene.Links.SealCode(session, new Secret("FAKE-CODE")))
            .SetProperty(s => s.NextPollAt, _scene.Clock.GetUtcNow() + SessionTurns.OfCode), showOnCard: false, default);

        _scene.Clock.Advance(SessionTurns.OfCode);
        await _scene.Expiry.EndSomeAsync(default);
        var due = Assert.Single(await _scene.Turns.DueAsync(opened: true, 10, default));
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-1", "refresh-1"));
        await _scene.Redirects.ResumeAsync(due, default);
        Assert.Equal(SessionState.Authorized, await StateAsync(session));
    }

    [Fact]
    public async Task A_code_that_nobody_takes_up_does_not_keep_its_session_open()
    {
        var session = await _scene.SessionAsync();
        await _scene.Sessions.ChangeAsync(session, u => u
            .SetProperty(s => s.SealedDeviceCode, _scene.Links.SealCode(session, new Secret("FAKE-CODE")))
            .SetProperty(s => s.NextPollAt, _scene.Clock.GetUtcNow().AddSeconds(600)), showOnCard: false, default);
        _scene.Clock.AdvanceSeconds(661);
        await _scene.Expiry.EndSomeAsync(default);
        Assert.Equal(SessionState.Expired, await StateAsync(session));
    }

    [Fact]
    public async Task A_fresh_link_does_not_take_the_place_of_a_fresher_one()
    {
        var session = await ClickedAsync();
        await _scene.Completion.RenewLinkAsync(session, 0, default);
        var renewed = await _scene.SessionAsync(session.SessionId);
        await _scene.Completion.RenewLinkAsync(session, 0, default); // as it was before
        Assert.Equal(renewed.SealedLink, (await _scene.SessionAsync(session.SessionId)).SealedLink);
    }

    public void Dispose() => _scene.Dispose();

    private async Task<SessionState> StateAsync(AuthorizationSession session) => (await _scene.SessionAsync(session.SessionId)).State;

    private async Task<AuthorizationSession> ClickedAsync()
    {
        var session = await _scene.SessionAsync(SessionFlow.Device);
        await _scene.Sessions.ChangeAsync(session, u => u.SetProperty(s => s.OpenedAt, _scene.Clock.GetUtcNow()), showOnCard: false, default);
        return await _scene.SessionAsync(session.SessionId);
    }
}

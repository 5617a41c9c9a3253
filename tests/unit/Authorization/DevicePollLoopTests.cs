using LarkService.Authorization;
using LarkService.Authorization.Flows;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.Authorization;

public sealed class DevicePollLoopTests : IAsyncLifetime
{
    private const string Clicked = "CODE-OF-WHO-HAS-CLICKED";
    private readonly Scene _scene = new(new AuthorizationOptions { Flow = FlowChoice.Device });
    private readonly DevicePollLoop _loop;

    public DevicePollLoopTests()
    {
        _scene.Platform.Answer(OpenPlatform.Device, OpenPlatform.Recorded("device-authorization-success"));
        _loop = new DevicePollLoop(_scene.Turns, _scene.DevicePoll, _scene.Redirects, _scene.Clock, NullLogger<DevicePollLoop>.Instance);
    }

    public async ValueTask InitializeAsync()
    {
        await _loop.StartAsync(default);
        await _scene.Clock.SomeoneWaitsAsync();
    }

    [Fact]
    public async Task A_confirmed_code_becomes_a_grant()
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Recorded("device-token-success"));
        var after = await PolledAsync(await OpenedAsync());

        Assert.Equal(SessionState.Authorized, after.State);
        Assert.Equal("eyJ.FAKE-ACCESS-TOKEN-1.sig", _scene.Grants.AccessToken((await _scene.StoredAsync())!)!.Reveal());
        Assert.Equal("FAKE-DEVICE-CODE", (string?)Assert.Single(Polls).Json["device_code"]);
    }

    [Theory]
    [InlineData("authorization_pending", 5)]
    [InlineData("slow_down", 10)]
    public async Task Not_yet_means_another_poll_after_the_interval_the_platform_wants(string error, int seconds)
    {
        Refuses(error);
        var after = await PolledAsync(await OpenedAsync());

        Assert.Equal((SessionState.Pending, seconds, _scene.Clock.GetUtcNow().AddSeconds(seconds)), (after.State, after.PollSeconds, after.NextPollAt));
    }

    [Fact]
    public async Task Slowing_down_adds_up_to_a_minute_and_no_further()
    {
        Refuses("slow_down");
        var session = await OpenedAsync(pollSeconds: 58);

        Assert.Equal(60, (await PolledAsync(session)).PollSeconds);
    }

    [Fact]
    public async Task A_broken_connection_adds_a_second()
    {
        _scene.Platform.Breaks(OpenPlatform.Token);

        Assert.Equal(6, (await PolledAsync(await OpenedAsync())).PollSeconds);
    }

    [Theory]
    [InlineData(502, "bad gateway")]
    [InlineData(500, """{"code":20050,"error":"server_error"}""")]
    public async Task A_passing_fault_adds_a_second(int status, string body)
    {
        _scene.Platform.Answer(OpenPlatform.Token, status, body);
        var after = await PolledAsync(await OpenedAsync());

        Assert.Equal((SessionState.Pending, 6), (after.State, after.PollSeconds));
    }

    [Fact]
    public async Task A_refusal_declines()
    {
        Refuses("access_denied");

        Assert.Equal(SessionState.Declined, (await PolledAsync(await OpenedAsync())).State);
    }

    [Theory]
    [InlineData("expired_token")]
    [InlineData("invalid_grant")]
    public async Task A_code_that_died_before_the_session_is_replaced_on_the_card(string error)
    {
        Refuses(error);
        var session = await OpenedAsync();
        _scene.Platform.Answer(OpenPlatform.Device, 200, """{"device_code":"SECOND","verification_uri":"https://accounts.feishu.cn/v","expires_in":300,"interval":7}""");
        var after = await PolledAsync(session);

        Assert.Equal((SessionState.Pending, 7, null), (after.State, after.PollSeconds, after.OpenedAt));
        Assert.Equal("SECOND", _scene.Links.DeviceCode(after).Value.Reveal());
        Assert.Equal([SessionTopics.Changed], await _scene.FollowUpsAsync());
    }

    [Fact]
    public async Task Any_other_refusal_fails_the_session()
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(20002));
        var after = await PolledAsync(await OpenedAsync());

        Assert.Equal((SessionState.Failed, "platform_20002"), (after.State, after.ErrorCode));
    }

    [Fact]
    public async Task Before_the_click_it_is_only_looked_at_now_and_then()
    {
        Refuses("authorization_pending");
        var session = await _scene.SessionAsync(SessionFlow.Device);
        _scene.Clock.AdvanceSeconds(29);
        await AllLookedAsync();
        Assert.Empty(Polls);

        _scene.Clock.AdvanceSeconds(1);
        await Until.TrueAsync(() => Polls.Count == 1);
        await Until.TrueAsync(async () => (await _scene.SessionAsync(session.SessionId)).NextPollAt == _scene.Clock.GetUtcNow() + SlowLooks.Pause);
    }

    [Fact]
    public async Task Too_many_calls_put_it_back_where_it_was()
    {
        _scene.Platform.Answer(OpenPlatform.Token, 429, """{"code":99991400}""");
        var session = await OpenedAsync();
        _scene.Clock.AdvanceSeconds(5);

        await Until.TrueAsync(async () => Polls.Count == 1 && (await _scene.SessionAsync(session.SessionId)).NextPollAt == session.NextPollAt);
        Assert.Equal(5, (await _scene.SessionAsync(session.SessionId)).PollSeconds);
    }

    [Theory]
    [InlineData(30, 5)]
    [InlineData(120, 10)]
    [InlineData(240, 20)]
    [InlineData(500, 30)]
    public async Task The_longer_ago_the_click_the_rarer_the_polls(int secondsAgo, int pause)
    {
        Refuses("authorization_pending");
        var session = await OpenedAsync();
        var openedAt = _scene.Clock.GetUtcNow().AddSeconds(5 - secondsAgo);
        await _scene.Sessions.ChangeAsync(session, u => u.SetProperty(s => s.OpenedAt, openedAt), false, default);

        var after = await PolledAsync(session);
        Assert.Equal(_scene.Clock.GetUtcNow().AddSeconds(pause), after.NextPollAt);
    }

    [Fact]
    public async Task A_code_that_ends_before_its_session_is_replaced_at_its_end_without_a_poll()
    {
        Refuses("authorization_pending");
        _scene.Platform.Answer(
            OpenPlatform.Device,
            (200, """{"device_code":"FIRST","verification_uri":"https://accounts.feishu.cn/1","expires_in":40,"interval":5}"""),
            (200, """{"device_code":"SECOND","verification_uri":"https://accounts.feishu.cn/2","expires_in":300,"interval":5}"""));
        var session = await _scene.SessionAsync(SessionFlow.Device);
        _scene.Clock.AdvanceSeconds(30);
        await Until.TrueAsync(async () => (await _scene.SessionAsync(session.SessionId)).NextPollAt == session.CreatedAt.AddSeconds(40));

        _scene.Clock.AdvanceSeconds(10);

        await Until.TrueAsync(async () => _scene.Links.DeviceCode(await _scene.SessionAsync(session.SessionId)).Value.Reveal() == "SECOND");
        Assert.Single(Polls);
        Assert.Equal([SessionTopics.Changed], await _scene.FollowUpsAsync());
    }

    [Fact]
    public async Task One_slow_call_holds_up_nobody_else()
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = 0;
        _scene.Platform.When(OpenPlatform.Token, async (_, ct) =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                await answer.Task.WaitAsync(ct);
            }

            var (status, body) = OpenPlatform.Recorded("device-token-success");
            return OpenPlatform.Response(status, body);
        });
        var slow = await OpenedAsync("slow");
        _scene.Clock.AdvanceSeconds(5);
        await Until.TrueAsync(() => Polls.Count == 1);
        var quick = await OpenedAsync("quick");
        _scene.Clock.AdvanceSeconds(5);

        await Until.TrueAsync(async () => (await _scene.SessionAsync(quick.SessionId)).State == SessionState.Authorized);
        Assert.Equal(SessionState.Pending, (await _scene.SessionAsync(slow.SessionId)).State);
        answer.SetResult();
        await Until.TrueAsync(async () => (await _scene.SessionAsync(slow.SessionId)).State == SessionState.Authorized);
    }

    [Fact]
    public async Task Whoever_has_clicked_does_not_wait_for_those_who_have_not()
    {
        // Given as many slow looks under way as there may be; only the one who has clicked is answered
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _scene.Platform.When(OpenPlatform.Token, async (call, ct) =>
        {
            if ((string?)call.Json["device_code"] == Clicked)
            {
                var (status, body) = OpenPlatform.Recorded("device-token-success");
                return OpenPlatform.Response(status, body);
            }

            await answer.Task.WaitAsync(ct);
            return OpenPlatform.Response(400, """{"error":"authorization_pending"}""");
        });
        for (var i = 0; i < 6; i++)
        {
            await _scene.SessionAsync(SessionFlow.Device, scopes: $"s{i}");
        }

        _scene.Clock.AdvanceSeconds(60);
        for (var look = 0; look < 20 && Polls.Count < 4; look++)
        {
            await AllLookedAsync(); // one look may have begun with a session that the look before had not taken yet
            _scene.Clock.AdvanceSeconds(0.5);
        }

        await Until.TrueAsync(() => Polls.Count > 0);

        // When somebody who has clicked confirms
        _scene.Platform.Answer(OpenPlatform.Device, 200, $$"""{"device_code":"{{Clicked}}","verification_uri":"https://accounts.feishu.cn/v","expires_in":300,"interval":5}""");
        var clicked = await OpenedAsync("clicked");
        _scene.Clock.AdvanceSeconds(5);

        await Until.TrueAsync(async () => (await _scene.SessionAsync(clicked.SessionId)).State == SessionState.Authorized);
        Assert.InRange(Polls.Count(p => (string?)p.Json["device_code"] != Clicked), 1, 4); // never more of the others at once
        answer.SetResult();
    }

    [Fact]
    public async Task A_turn_is_one_replicas_and_ends_with_it()
    {
        // Given a poll that another replica began and did not live to finish
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Recorded("device-token-success"));
        var session = await OpenedAsync();
        _scene.Clock.AdvanceSeconds(4.9);
        await AllLookedAsync();
        Assert.True(await _scene.Turns.TakeAsync(session, SessionTurns.OfPoll, default));
        Assert.False(await _scene.Turns.TakeAsync(session, SessionTurns.OfPoll, default));

        // Then nobody polls while its turn lasts, and somebody does when it is over
        _scene.Clock.Advance(SessionTurns.OfPoll - TimeSpan.FromSeconds(1));
        await AllLookedAsync();
        Assert.Empty(Polls);
        _scene.Clock.AdvanceSeconds(2);
        await Until.TrueAsync(async () => (await _scene.SessionAsync(session.SessionId)).State == SessionState.Authorized);
        Assert.Single(Polls);
    }

    [Fact]
    public async Task A_session_that_has_ended_or_whose_time_is_over_is_not_polled()
    {
        var ended = await OpenedAsync();
        await _scene.Completion.EndAsync(ended, SessionState.Declined, null, default);
        await _scene.SessionAsync(SessionFlow.Device, scopes: "short", seconds: 5);

        _scene.Clock.AdvanceSeconds(31);
        await AllLookedAsync();
        Assert.Empty(Polls);
    }

    [Fact]
    public async Task A_host_that_stops_does_not_lose_the_answer_to_a_poll_under_way()
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _scene.Platform.When(OpenPlatform.Token, async (_, ct) =>
        {
            await answer.Task.WaitAsync(ct);
            var (status, body) = OpenPlatform.Recorded("device-token-success");
            return OpenPlatform.Response(status, body);
        });
        var session = await OpenedAsync();
        _scene.Clock.AdvanceSeconds(5);
        await Until.TrueAsync(() => Polls.Count > 0);

        var stopping = _loop.StopAsync(default);
        answer.SetResult();
        await stopping.Soon();

        Assert.Equal(SessionState.Authorized, (await _scene.SessionAsync(session.SessionId)).State);
    }

    [Fact]
    public async Task One_session_that_cannot_be_polled_takes_no_other_along()
    {
        // Given a session whose code no longer opens, and one whose user has confirmed
        var broken = await OpenedAsync("broken");
        await _scene.Database.RunAsync(db => db.Set<AuthorizationSession>().Where(s => s.SessionId == broken.SessionId)
            .ExecuteUpdateAsync(u => u.SetProperty(s => s.SealedDeviceCode, "moved here from elsewhere")));
        var good = await OpenedAsync("good");
        _scene.Platform.When(OpenPlatform.Token, async (_, ct) =>
        {
            // The broken one is through before this answer is there.
            await Until.TrueAsync(async () => (await _scene.SessionAsync(broken.SessionId)).NextPollAt > _scene.Clock.GetUtcNow());
            for (var i = 0; i < 200; i++)
            {
                await Task.Yield();
            }

            ct.ThrowIfCancellationRequested();
            var (status, body) = OpenPlatform.Recorded("device-token-success");
            return OpenPlatform.Response(status, body);
        });
        _scene.Clock.AdvanceSeconds(5);

        // Then the code, which works once, is not lost
        await Until.TrueAsync(async () => (await _scene.SessionAsync(good.SessionId)).State == SessionState.Authorized);
    }

    public async ValueTask DisposeAsync()
    {
        await _loop.StopAsync(default);
        _loop.Dispose();
        _scene.Dispose();
    }

    private IReadOnlyList<OpenPlatform.Call> Polls => _scene.Platform.To(OpenPlatform.Token);

    private void Refuses(string error) => _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Recorded("device-token-errors", error));

    /// <summary>A session whose user has clicked: its poll is due in its interval.</summary>
    private async Task<AuthorizationSession> OpenedAsync(string scopes = "a", int pollSeconds = 5)
    {
        var session = await _scene.SessionAsync(SessionFlow.Device, scopes);
        await _scene.Sessions.ChangeAsync(session, u => u
            .SetProperty(s => s.OpenedAt, _scene.Clock.GetUtcNow())
            .SetProperty(s => s.PollSeconds, pollSeconds)
            .SetProperty(s => s.NextPollAt, _scene.Clock.GetUtcNow().AddSeconds(5)), false, default);
        return await _scene.SessionAsync(session.SessionId);
    }

    /// <summary>The session after its first poll is through.</summary>
    private async Task<AuthorizationSession> PolledAsync(AuthorizationSession session)
    {
        _scene.Clock.AdvanceSeconds(5);
        var claimed = _scene.Clock.GetUtcNow() + SessionTurns.OfPoll;
        await Until.TrueAsync(async () => Polls.Count > 0 && await _scene.SessionAsync(session.SessionId) is var now
            && (now.NextPollAt != claimed || now.PollSeconds != session.PollSeconds) && now.NextPollAt != session.NextPollAt);
        return await _scene.SessionAsync(session.SessionId);
    }

    /// <summary>Gives the loop the occasion to do what it should not.</summary>
    private async Task AllLookedAsync()
    {
        for (var i = 0; i < 20; i++)
        {
            _ = await _scene.SessionsAsync();
        }
    }
}

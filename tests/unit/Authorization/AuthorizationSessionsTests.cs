using LarkService.Authorization;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Authorization;

public sealed class AuthorizationSessionsTests : IDisposable
{
    private readonly Scene _scene = new();

    public static TheoryData<string> FinalStates => [.. Enum.GetNames<SessionState>().Where(s => s != nameof(SessionState.Pending))];

    [Theory]
    [MemberData(nameof(FinalStates))]
    public async Task A_final_state_never_changes(string first)
    {
        var session = await _scene.SessionAsync();
        Assert.True(await FinishAsync(session, Enum.Parse<SessionState>(first)));
        var ended = await _scene.SessionAsync(session.SessionId);
        _scene.Clock.AdvanceSeconds(60);

        foreach (var next in Enum.GetValues<SessionState>().Where(s => s != SessionState.Pending))
        {
            Assert.False(await FinishAsync(session, next));
        }

        Assert.False(await _scene.Sessions.ChangeAsync(session, u => u.SetProperty(s => s.WrongPersonCount, 9), true, default));
        var after = await _scene.SessionAsync(session.SessionId);
        Assert.Equal((ended.State, ended.CompletedAt, 0), (after.State, after.CompletedAt, after.WrongPersonCount));
        Assert.Equal([SessionTopics.Changed, SessionTopics.Finished], await _scene.FollowUpsAsync());
    }

    [Fact]
    public async Task A_session_that_ends_keeps_nothing_secret()
    {
        var redirect = await _scene.SessionAsync();
        var device = await DeviceSessionAsync();
        await FinishAsync(redirect, SessionState.Declined);
        await FinishAsync(device, SessionState.Expired);

        Assert.All(await _scene.SessionsAsync(), s => Assert.Equal(
            (null, null, null, null, null, null), (s.StateHash, s.SealedLink, s.SealedPkceVerifier, s.SealedDeviceCode, s.PendingKey, s.NextPollAt)));
    }

    [Fact]
    public async Task Of_many_who_end_a_session_at_once_one_wins()
    {
        var session = await _scene.SessionAsync();
        var states = Enumerable.Range(0, 12).Select(i => i % 2 == 0 ? SessionState.Authorized : SessionState.Declined);

        var won = await Task.WhenAll(states.Select(state => Task.Run(async () => (state, won: await FinishAsync(session, state)))));

        Assert.Equal(Assert.Single(won, w => w.won).state, (await _scene.SessionAsync(session.SessionId)).State);
        Assert.Equal(2, (await _scene.FollowUpsAsync()).Count);
    }

    [Fact]
    public async Task What_is_written_alongside_stands_or_falls_with_the_end()
    {
        var session = await _scene.SessionAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => _scene.Sessions.FinishAsync(session, SessionState.Authorized, null, _ => throw new InvalidOperationException("no"), null, default));
        Assert.Equal(SessionState.Pending, (await _scene.SessionAsync(session.SessionId)).State);
        Assert.Empty(await _scene.FollowUpsAsync());

        await FinishAsync(session, SessionState.Declined);
        var called = false;
        await _scene.Sessions.FinishAsync(session, SessionState.Authorized, null, _ => Task.FromResult(called = true), null, default);
        Assert.False(called);
    }

    [Fact]
    public async Task A_state_is_consumed_once_however_many_bring_it()
    {
        await _scene.SessionAsync();
        var state = await StateAsync();

        var found = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => _scene.Sessions.ConsumeStateAsync(state, null, default))));

        Assert.Single(found, f => f is not null);
        Assert.Null(await _scene.Sessions.ConsumeStateAsync(state, null, default));
        Assert.Null(await _scene.Sessions.ConsumeStateAsync("never-given-out", null, default));
    }

    [Fact]
    public async Task The_same_request_is_pending_once()
    {
        var session = await _scene.SessionAsync(scopes: "a b");
        var twin = await _scene.SessionAsync(scopes: "c");
        await _scene.Database.RunAsync(db => db.Set<AuthorizationSession>().Where(s => s.SessionId == twin.SessionId).ExecuteDeleteAsync());
        twin.PendingKey = session.PendingKey;
        twin.StateHash = null;

        await Assert.ThrowsAsync<DbUpdateException>(() => _scene.AddAsync(twin));
        await FinishAsync(session, SessionState.Declined);
        await _scene.AddAsync(twin);
    }

    [Fact]
    public void The_key_of_a_request_does_not_depend_on_the_order_of_its_scopes()
    {
        Assert.Equal(Key("a b"), Key("b a a"));
        Assert.NotEqual(Key("a b"), Key("a"));
        Assert.NotEqual(Key("a"), AuthorizationSessions.PendingKeyFor(Some.OtherUser, LarkService.Platform.ScopeSet.Of("a")));
    }

    [Fact]
    public async Task Pending_sessions_are_those_whose_time_is_not_over()
    {
        await _scene.SessionAsync(scopes: "a", seconds: 10);
        _scene.Clock.AdvanceSeconds(5);
        var younger = await _scene.SessionAsync(scopes: "b", seconds: 10);
        await _scene.SessionAsync(scopes: "a", user: Some.OtherUser);
        Assert.Equal(2, (await _scene.Sessions.PendingOfAsync(Some.User, default)).Count);

        _scene.Clock.AdvanceSeconds(5);
        Assert.Equal(younger.SessionId, Assert.Single(await _scene.Sessions.PendingOfAsync(Some.User, default)).SessionId);
    }

    [Theory]
    [InlineData("9f2c-_A", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a\0b", false)]
    [InlineData("'; DROP TABLE authorization_sessions", false)]
    [InlineData("123456789012345678901234567890123", false)]
    public void What_cannot_be_an_id_is_not_looked_for(string id, bool may) => Assert.Equal(may, AuthorizationSessions.IsId(id));

    [Theory]
    [InlineData(SessionState.Superseded, "superseded")]
    [InlineData(SessionState.Pending, "pending")]
    internal void The_words_for_a_state_are_stored_and_must_stay(SessionState state, string word)
    {
        Assert.Equal(word, state.Word());
        Assert.Equal(state, Words.State(word));
    }

    public void Dispose() => _scene.Dispose();

    private static string Key(string scopes) => AuthorizationSessions.PendingKeyFor(Some.User, LarkService.Platform.ScopeSet.Parse(scopes));

    private Task<bool> FinishAsync(AuthorizationSession session, SessionState state) => _scene.Sessions.FinishAsync(session, state, null, null, null, default);

    private async Task<string> StateAsync() => Links.Query(_scene.Links.Page(Assert.Single(await _scene.SessionsAsync())))["state"];

    private Task<AuthorizationSession> DeviceSessionAsync()
    {
        _scene.Platform.Answer(OpenPlatform.Device, OpenPlatform.Recorded("device-authorization-success"));
        return _scene.SessionAsync(SessionFlow.Device, scopes: "device");
    }
}

using LarkService.Grants;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Grants;

/// <summary>Who gets a token, from where, and when the next one is fetched.</summary>
public sealed class UserTokensTests : UserTokensTest
{
    [Fact]
    public async Task A_user_who_never_agreed_must_be_asked()
    {
        var needed = Assert.IsType<TokenOutcome.ConsentRequired>(await GetAsync());

        Assert.Equal((ConsentReason.NotGranted, Basic), (needed.Reason, needed.Missing));
        Assert.Empty(_scene.Platform.Calls);
    }

    [Fact]
    public async Task A_grant_that_lives_gives_its_token_without_asking_the_platform()
    {
        await _scene.GrantAsync();

        Assert.Equal("access-1", await TokenAsync());
        Assert.Empty(_scene.Platform.Calls);
    }

    [Fact]
    public async Task Scopes_are_compared_as_sets_and_only_what_is_missing_is_named()
    {
        await _scene.GrantAsync(scopes: "b offline_access a");

        Assert.IsType<TokenOutcome.Issued>(await GetAsync(ScopeSet.Of("a", "b", "a")));
        Assert.IsType<TokenOutcome.Issued>(await GetAsync(ScopeSet.Empty));
        var needed = Assert.IsType<TokenOutcome.ConsentRequired>(await GetAsync(ScopeSet.Of("c", "a")));
        Assert.Equal((ConsentReason.ScopesMissing, ScopeSet.Of("c")), (needed.Reason, needed.Missing));
    }

    [Fact]
    public async Task A_busy_caller_is_served_from_memory_for_a_second_and_from_the_store_after_that()
    {
        await _scene.GrantAsync();
        await TokenAsync();
        await _scene.Database.RunAsync(db => db.Set<UserGrant>().ExecuteDeleteAsync());

        _scene.Clock.AdvanceSeconds(0.9);
        Assert.Equal("access-1", await TokenAsync());
        _scene.Clock.AdvanceSeconds(0.2);
        Assert.IsType<TokenOutcome.ConsentRequired>(await GetAsync());
    }

    [Fact]
    public async Task Memory_does_not_answer_for_scopes_the_token_in_it_lacks()
    {
        await _scene.GrantAsync(scopes: "a");
        Assert.IsType<TokenOutcome.Issued>(await GetAsync(ScopeSet.Of("a")));

        Assert.IsType<TokenOutcome.ConsentRequired>(await GetAsync(ScopeSet.Of("b")));
    }

    [Fact]
    public async Task Near_its_end_a_token_is_given_out_at_once_and_the_next_one_is_fetched_behind_once()
    {
        var answer = Held();
        await _scene.GrantAsync();
        _scene.Clock.Advance(NearExpiry);

        Assert.Equal("access-1", await TokenAsync());
        Assert.Equal("access-1", await TokenAsync());
        answer.SetResult(OpenPlatform.Tokens("access-2", "refresh-2"));
        await RefreshedAsync(2);

        Assert.Equal("access-2", await TokenAsync());
        Assert.Equal("refresh-1", (string?)Assert.Single(Refreshes).Json["refresh_token"]);
    }

    [Fact]
    public async Task With_more_than_a_tenth_of_its_life_left_nothing_is_refreshed()
    {
        await _scene.GrantAsync();
        _scene.Clock.Advance(NearExpiry - TimeSpan.FromSeconds(2));

        Assert.Equal("access-1", await TokenAsync());
        Assert.Empty(Refreshes);
    }

    [Fact]
    public async Task An_expired_token_is_refreshed_before_the_caller_gets_an_answer()
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2"));
        await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(7200);

        Assert.Equal("access-2", await TokenAsync());
        var grant = (await _scene.StoredAsync())!;
        Assert.Equal(("refresh-2", 2, (DateTimeOffset?)null), (_scene.Grants.RefreshToken(grant)!.Reveal(), grant.Version, grant.RefreshStartedAt));
        Assert.Equal(_scene.Clock.GetUtcNow().AddSeconds(7200), grant.AccessExpiresAt);
        Assert.Equal(1, _scene.Meters.Sum("lark_service.token.refresh", ("outcome", "refreshed")));
    }

    [Fact]
    public async Task A_hundred_callers_of_an_expired_token_share_one_refresh()
    {
        var answer = Held();
        await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(7200);

        var callers = Enumerable.Range(0, 100).Select(_ => Task.Run(TokenAsync)).ToList();
        await Until.TrueAsync(() => Refreshes.Count > 0);
        answer.SetResult(OpenPlatform.Tokens("access-2", "refresh-2"));

        Assert.All(await Task.WhenAll(callers).Soon(), token => Assert.Equal("access-2", token));
        Assert.Single(Refreshes);
    }

    [Fact]
    public async Task A_caller_who_leaves_does_not_take_the_refresh_along()
    {
        var answer = Held();
        await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(7200);
        using var leaving = new CancellationTokenSource();
        var caller = _scene.Tokens.GetAsync(Some.User, Basic, leaving.Token).AsTask();
        await Until.TrueAsync(() => Refreshes.Count > 0);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => caller);
        answer.SetResult(OpenPlatform.Tokens("access-2", "refresh-2"));
        await RefreshedAsync(2);

        Assert.Equal("access-2", await TokenAsync());
        Assert.Single(Refreshes);
    }

    [Fact]
    public async Task A_host_that_stops_does_not_lose_the_answer_to_a_refresh_under_way()
    {
        var answer = Held();
        await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(7200);
        var caller = GetAsync();
        await Until.TrueAsync(() => Refreshes.Count > 0);

        // When the host stops and the service is taken down
        _scene.Host.StopApplication();
        var down = _scene.Refresher.DisposeAsync().AsTask();
        Assert.False(down.IsCompleted);
        answer.SetResult(OpenPlatform.Tokens("access-2", "refresh-2"));
        await down.Soon();

        // Then the new pair was stored before
        Assert.Equal("refresh-2", _scene.Grants.RefreshToken((await _scene.StoredAsync())!)!.Reveal());
        await caller.Soon();
    }

    [Fact]
    public async Task The_intent_to_refresh_is_stored_before_the_token_is_sent()
    {
        DateTimeOffset? begun = null;
        _scene.Platform.When(OpenPlatform.Token, async (_, _) =>
        {
            begun = (await _scene.StoredAsync())!.RefreshStartedAt;
            return Response(OpenPlatform.Tokens("access-2", "refresh-2"));
        });
        await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(7200);
        await TokenAsync();

        Assert.Equal(_scene.Clock.GetUtcNow(), begun);
    }

    [Fact]
    public async Task Users_do_not_wait_for_each_others_refresh()
    {
        var answer = Held();
        await _scene.GrantAsync();
        await _scene.GrantAsync("access-other", user: Some.OtherUser, seconds: 100_000);
        _scene.Clock.AdvanceSeconds(7200);
        var waiting = TokenAsync();

        Assert.Equal("access-other", Assert.IsType<TokenOutcome.Issued>(await _scene.Tokens.GetAsync(Some.OtherUser, Basic, default).AsTask().Soon()).Token.Value.Reveal());
        answer.SetResult(OpenPlatform.Tokens("access-2", "refresh-2"));
        Assert.Equal("access-2", await waiting.Soon());
    }

    [Fact]
    public async Task The_time_of_use_is_noted()
    {
        await _scene.GrantAsync();
        await TokenAsync();

        await Until.TrueAsync(async () => (await _scene.StoredAsync())!.LastUsedAt == _scene.Clock.GetUtcNow());
    }

    [Fact]
    public async Task Uses_of_a_rush_share_a_statement()
    {
        await _scene.GrantAsync();
        await _scene.GrantAsync("access-other", "refresh-other", user: Some.OtherUser);
        _scene.Clock.AdvanceSeconds(7200);
        await using var uses = new GrantUses(_scene.Grants, _scene.Clock);
        await uses.NoteAsync(Some.User);

        // What comes now waits for the pause behind the first one, and is then noted with one statement
        await _scene.Clock.SomeoneWaitsForAsync(0.25);
        var rest = Task.WhenAll(Enumerable.Range(0, 20).Select(number => uses.NoteAsync(number % 2 == 0 ? Some.User : Some.OtherUser)));
        _scene.Clock.AdvanceSeconds(0.25);
        await rest.Soon();
        Assert.Equal(_scene.Clock.GetUtcNow(), (await _scene.Grants.FindAsync(Some.OtherUser, default))!.LastUsedAt);
    }
}

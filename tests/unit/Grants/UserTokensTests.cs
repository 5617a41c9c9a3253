using LarkService.Grants;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Grants;

public sealed class UserTokensTests : IDisposable
{
    private static readonly ScopeSet Basic = ScopeSet.Of("auth:user.id:read");
    private static readonly TimeSpan NearExpiry = TimeSpan.FromSeconds(7200 - 719);
    private readonly Scene _scene = new();

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

    [Theory]
    [InlineData(500, 20050)]
    [InlineData(503, 20072)]
    [InlineData(429, 99991400)]
    [InlineData(502, 0)]
    [InlineData(0, 0)]
    public async Task A_passing_fault_is_tried_again_after_1_2_and_4_seconds_and_costs_no_grant(int status, int code)
    {
        if (status == 0)
        {
            _scene.Platform.Breaks(OpenPlatform.Token);
        }
        else
        {
            _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(code, status));
        }

        var before = await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(7200);

        var asking = GetAsync();
        foreach (var pause in new[] { 1, 2, 4 })
        {
            await _scene.Clock.SomeoneWaitsForAsync(pause);
            _scene.Clock.AdvanceSeconds(pause);
        }

        Assert.IsType<TokenOutcome.Unavailable>(await asking.Soon());
        Assert.Equal(4, Refreshes.Count);
        Assert.Equal(3, _scene.Meters.Sum("lark_service.token.refresh_retry"));
        var after = (await _scene.StoredAsync())!;
        Assert.Equal((GrantStatus.Active, before.SealedRefreshToken, before.Version), (after.Status, after.SealedRefreshToken, after.Version));

        // And it works again soon after the platform does, not at once for every caller
        _scene.Clock.AdvanceSeconds(3);
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2"));
        Assert.Equal("access-2", await TokenAsync());
    }

    [Fact]
    public async Task A_passing_fault_that_passes_is_not_noticed_by_the_caller()
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(20050, 500), OpenPlatform.Tokens("access-2", "refresh-2"));
        await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(7200);

        var asking = TokenAsync();
        await _scene.Clock.SomeoneWaitsForAsync(1);
        _scene.Clock.AdvanceSeconds(1);

        Assert.Equal("access-2", await asking.Soon());
    }

    [Theory]
    [InlineData(20002)]
    [InlineData(20009)]
    [InlineData(20048)]
    [InlineData(20069)]
    [InlineData(20074)]
    [InlineData(12345)]
    public async Task A_fault_of_the_configuration_is_told_and_keeps_the_grant(int code)
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(code));
        var before = await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(7200);

        Assert.Equal(code, Assert.IsType<TokenOutcome.Refused>(await GetAsync()).Error.Code);
        var after = (await _scene.StoredAsync())!;
        Assert.Equal((GrantStatus.Active, before.SealedAccessToken, before.SealedRefreshToken), (after.Status, after.SealedAccessToken, after.SealedRefreshToken));
        Assert.Null(after.RefreshStartedAt);
        Assert.Single(Refreshes);
    }

    [Theory]
    [InlineData(20064)]
    [InlineData(20073)]
    [InlineData(20037)]
    [InlineData(20026)]
    [InlineData(20008)]
    public async Task A_refresh_token_the_platform_will_not_take_means_asking_the_user(int code)
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(code));
        await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(7200);

        Assert.Equal(ConsentReason.Expired, Assert.IsType<TokenOutcome.ConsentRequired>(await GetAsync()).Reason);
        var grant = (await _scene.StoredAsync())!;
        Assert.Equal((GrantStatus.ReauthorizationRequired, null, null), (grant.Status, grant.SealedAccessToken, grant.SealedRefreshToken));
        Assert.Equal(ConsentReason.Expired, Assert.IsType<TokenOutcome.ConsentRequired>(await GetAsync()).Reason);
        Assert.Single(Refreshes);
    }

    [Fact]
    public async Task A_refresh_refused_ahead_of_time_leaves_the_access_token_in_use_to_its_end()
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(20037));
        await _scene.GrantAsync();
        _scene.Clock.Advance(NearExpiry);
        await TokenAsync();
        await RefreshedAsync(2);

        _scene.Clock.AdvanceSeconds(700);
        Assert.Equal("access-1", await TokenAsync());
        _scene.Clock.AdvanceSeconds(19);
        Assert.Equal(ConsentReason.Expired, Assert.IsType<TokenOutcome.ConsentRequired>(await GetAsync()).Reason);
        Assert.Single(Refreshes);
    }

    [Fact]
    public async Task A_grant_without_a_refresh_token_ends_with_its_access_token()
    {
        await _scene.GrantAsync(refresh: null);
        _scene.Clock.AdvanceSeconds(7199);
        Assert.Equal("access-1", await TokenAsync());

        _scene.Clock.AdvanceSeconds(1);
        Assert.Equal(ConsentReason.Expired, Assert.IsType<TokenOutcome.ConsentRequired>(await GetAsync()).Reason);
        Assert.Empty(Refreshes);
    }

    [Fact]
    public async Task A_refresh_token_past_its_own_end_is_sent_all_the_same_because_only_the_platform_knows_the_time()
    {
        // Given a machine whose clock has jumped ahead of the platform's
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2"));
        await _scene.GrantAsync();
        _scene.Clock.Jump(TimeSpan.FromDays(8));

        Assert.Equal("access-2", await TokenAsync());
    }

    [Fact]
    public async Task The_scopes_of_a_refreshed_token_are_what_the_platform_says()
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2", "auth:user.id:read"));
        await _scene.GrantAsync(scopes: "auth:user.id:read task:task:read");
        _scene.Clock.AdvanceSeconds(7200);

        var needed = Assert.IsType<TokenOutcome.ConsentRequired>(await GetAsync(ScopeSet.Of("task:task:read")));
        Assert.Equal((ConsentReason.ScopesMissing, ScopeSet.Of("task:task:read")), (needed.Reason, needed.Missing));
        await TokenAsync();
        Assert.Equal(ScopeSet.Of("auth:user.id:read"), (await _scene.StoredAsync())!.Scopes);
    }

    [Fact]
    public async Task A_refused_token_is_replaced_once_by_refreshing()
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2"));
        await _scene.GrantAsync();
        var refused = Assert.IsType<TokenOutcome.Issued>(await GetAsync()).Token;

        Assert.Equal("access-2", Assert.IsType<TokenOutcome.Issued>(await ReplaceAsync(refused)).Token.Value.Reveal());
        Assert.Equal("access-2", Assert.IsType<TokenOutcome.Issued>(await ReplaceAsync(refused)).Token.Value.Reveal());
        Assert.Single(Refreshes);
    }

    [Fact]
    public async Task A_refused_token_that_cannot_be_replaced_is_of_no_more_use()
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(20064));
        _scene.Platform.Answer(OpenPlatform.UserInfo, OpenPlatform.Recorded("oauth-user-info-invalid-token"));
        await _scene.GrantAsync();
        var refused = Assert.IsType<TokenOutcome.Issued>(await GetAsync()).Token;

        Assert.Equal(ConsentReason.Expired, Assert.IsType<TokenOutcome.ConsentRequired>(await ReplaceAsync(refused)).Reason);
        Assert.Equal(GrantStatus.ReauthorizationRequired, (await _scene.StoredAsync())!.Status);
    }

    [Theory]
    [InlineData(20002)]
    [InlineData(503)]
    public async Task A_refused_token_keeps_its_grant_while_it_is_not_known_that_it_cannot_be_replaced(int code)
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(code, code == 503 ? 503 : 400));
        await _scene.GrantAsync();
        var refused = Assert.IsType<TokenOutcome.Issued>(await GetAsync()).Token;

        var asking = ReplaceAsync(refused);
        for (var pause = 1; code == 503 && pause <= 4; pause *= 2)
        {
            await _scene.Clock.SomeoneWaitsForAsync(pause);
            _scene.Clock.AdvanceSeconds(pause);
        }

        Assert.IsNotType<TokenOutcome.Issued>(await asking.Soon());
        Assert.NotNull((await _scene.StoredAsync())!.SealedRefreshToken);
    }

    [Fact]
    public async Task A_grant_given_while_an_old_token_was_being_written_off_stays()
    {
        // Given a grant that cannot be renewed and whose token was refused, when the user agrees anew at whichever moment
        async Task<bool> StandsAsync(int moment)
        {
            using var scene = new Scene();
            await scene.GrantAsync(refresh: null);
            scene.Platform.Answer(OpenPlatform.UserInfo, OpenPlatform.Recorded("oauth-user-info-invalid-token"));
            var refused = Assert.IsType<TokenOutcome.Issued>(await scene.Tokens.GetAsync(Some.User, Basic, default)).Token;
            await Until.TrueAsync(async () => (await scene.StoredAsync())!.LastUsedAt is not null);
            var opened = 0;
            scene.Opening = () =>
            {
                if (Interlocked.Increment(ref opened) == moment)
                {
                    scene.GrantAsync("access-new", "refresh-new").GetAwaiter().GetResult();
                }
            };
            await scene.Tokens.ReplaceAsync(Some.User, refused, Basic, default);
            scene.Opening = () => { };
            return opened < moment || scene.Grants.AccessToken((await scene.StoredAsync())!)?.Reveal() == "access-new";
        }

        // Then the new grant stands
        for (var moment = 1; moment <= 8; moment++)
        {
            Assert.True(await StandsAsync(moment).Soon(), $"lost at moment {moment}");
        }
    }

    [Fact]
    public async Task An_answer_that_comes_late_never_overwrites_a_newer_grant()
    {
        var answer = Held();
        await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(7200);
        var asking = TokenAsync();
        await Until.TrueAsync(() => Refreshes.Count > 0);

        await _scene.GrantAsync("access-new", "refresh-new");
        answer.SetResult(OpenPlatform.Tokens("access-late", "refresh-late"));

        Assert.Equal("access-new", await asking.Soon());
        Assert.Equal("refresh-new", _scene.Grants.RefreshToken((await _scene.StoredAsync())!)!.Reveal());
        Assert.Equal(1, _scene.Meters.Sum("lark_service.token.refresh", ("outcome", "overtaken")));
    }

    [Fact]
    public async Task A_refusal_that_comes_late_never_takes_a_newer_grant_away()
    {
        var answer = Held();
        await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(7200);
        var asking = TokenAsync();
        await Until.TrueAsync(() => Refreshes.Count > 0);

        await _scene.GrantAsync("access-new", "refresh-new");
        answer.SetResult(OpenPlatform.Refusal(20073));

        Assert.Equal("access-new", await asking.Soon());
    }

    [Fact]
    public async Task An_answer_that_comes_late_never_brings_a_revoked_grant_back()
    {
        var answer = Held();
        await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(7200);
        var asking = GetAsync();
        await Until.TrueAsync(() => Refreshes.Count > 0);

        await _scene.Revocations.RevokeAsync(Some.User, "api", null, default);
        answer.SetResult(OpenPlatform.Tokens("access-late", "refresh-late"));

        Assert.Equal(ConsentReason.Revoked, Assert.IsType<TokenOutcome.ConsentRequired>(await asking.Soon()).Reason);
        var grant = (await _scene.StoredAsync())!;
        Assert.Equal((GrantStatus.Revoked, null, null), (grant.Status, grant.SealedAccessToken, grant.SealedRefreshToken));
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

    public void Dispose() => _scene.Dispose();

    private IReadOnlyList<OpenPlatform.Call> Refreshes => _scene.Platform.To(OpenPlatform.Token);

    /// <summary>The token endpoint answers when told.</summary>
    private TaskCompletionSource<(int Status, string Body)> Held()
    {
        var answer = new TaskCompletionSource<(int Status, string Body)>(TaskCreationOptions.RunContinuationsAsynchronously);
        _scene.Platform.When(OpenPlatform.Token, async (_, ct) => Response(await answer.Task.WaitAsync(ct)));
        return answer;
    }

    private static HttpResponseMessage Response((int Status, string Body) answer) => OpenPlatform.Response(answer.Status, answer.Body);

    private Task RefreshedAsync(long version) => Until.TrueAsync(async () => (await _scene.StoredAsync())!.Version == version);

    private Task<TokenOutcome> GetAsync(ScopeSet? scopes = null) => _scene.Tokens.GetAsync(Some.User, scopes ?? Basic, default).AsTask();

    private Task<TokenOutcome> ReplaceAsync(UserAccessToken refused) => _scene.Tokens.ReplaceAsync(Some.User, refused, Basic, default);

    private async Task<string> TokenAsync() => Assert.IsType<TokenOutcome.Issued>(await GetAsync()).Token.Value.Reveal();
}

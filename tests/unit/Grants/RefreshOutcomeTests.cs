using LarkService.Data.Audit;
using LarkService.Grants;
using LarkService.Grants.OAuth;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.Grants;

/// <summary>What is known after a refresh token was sent, and what is made of it.</summary>
public sealed class RefreshOutcomeTests : IDisposable
{
    private static readonly int[] Pauses = [1, 2, 4];
    private readonly Scene _scene = new();

    [Theory]
    [InlineData(HttpRequestError.ConnectionError, false)]
    [InlineData(HttpRequestError.NameResolutionError, false)]
    [InlineData(HttpRequestError.SecureConnectionError, false)]
    [InlineData(HttpRequestError.ProxyTunnelError, false)]
    [InlineData(HttpRequestError.ResponseEnded, true)]
    [InlineData(HttpRequestError.Unknown, true)]
    public async Task What_was_never_sent_leaves_nothing_in_doubt_and_what_got_no_answer_does(HttpRequestError error, bool isUncertain)
    {
        _scene.Platform.When(OpenPlatform.Token, (_, _) => throw new HttpRequestException(error));
        await ExpiredAsync();

        Assert.IsType<TokenOutcome.Unavailable>(await AskThroughPausesAsync());

        var grant = await StoredAsync();
        Assert.Equal((GrantStatus.Active, isUncertain, RefreshResult.Unavailable), (grant.Status, grant.RefreshStartedAt is not null, grant.RefreshOutcome));
        Assert.NotNull(grant.SealedRefreshToken);
        Assert.Null(grant.RefreshLeaseOwner);
    }

    [Fact]
    public async Task A_platform_that_is_silent_for_ten_seconds_is_not_waited_for_any_longer()
    {
        _scene.Platform.When(OpenPlatform.Token, async (_, ct) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _scene.Clock, ct);
            return OpenPlatform.Response(200, "{}");
        });
        await ExpiredAsync();
        var asking = GetAsync();
        await Until.TrueAsync(() => Refreshes.Count == 1);
        await _scene.Clock.SomeoneWaitsForAsync(10);
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2"));
        _scene.Clock.AdvanceSeconds(10);

        await _scene.Clock.SomeoneWaitsForAsync(1);
        _scene.Clock.AdvanceSeconds(1);
        Assert.Equal("access-2", Issued(await asking.Soon()));
    }

    [Fact]
    public async Task A_token_spent_by_a_try_whose_answer_was_lost_ends_in_asking_the_user_and_in_the_audit_log_at_once()
    {
        var calls = 0;
        _scene.Platform.When(OpenPlatform.Token, (_, _) => ++calls == 1
            ? throw new HttpRequestException(HttpRequestError.ResponseEnded)
            : Task.FromResult(OpenPlatform.Response(400, """{"code":20073,"error":"invalid_grant","error":{"log_id":"log-1"}}""")));
        await ExpiredAsync();
        var asking = GetAsync();
        await _scene.Clock.SomeoneWaitsForAsync(1);
        _scene.Clock.AdvanceSeconds(1);

        Assert.Equal(ConsentReason.Expired, Assert.IsType<TokenOutcome.ConsentRequired>(await asking.Soon()).Reason);
        Assert.Equal([GrantTopics.ReauthorizationRequired], await _scene.FollowUpsAsync());
        var row = Assert.Single(await AuditAsync());
        Assert.Equal(
            ("service", AuditActions.RefreshOutcomeChanged, RefreshResult.ReauthorizationRequired, Some.User.OpenId, "log-1"), (row.Actor, row.Action, row.Result, row.OpenId, row.LogId));
        Assert.Contains("20073", row.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_answer_costs_nothing_when_the_platform_had_not_acted()
    {
        var calls = 0;
        _scene.Platform.When(OpenPlatform.Token, (_, _) => ++calls == 1
            ? throw new HttpRequestException(HttpRequestError.ResponseEnded)
            : Task.FromResult(OpenPlatform.Response(200, OpenPlatform.Tokens("access-2", "refresh-2").Body)));
        await ExpiredAsync();
        var asking = GetAsync();
        await _scene.Clock.SomeoneWaitsForAsync(1);
        _scene.Clock.AdvanceSeconds(1);

        Assert.Equal("access-2", Issued(await asking.Soon()));
        Assert.Null((await StoredAsync()).RefreshStartedAt);
        Assert.Empty(await _scene.FollowUpsAsync());
    }

    [Fact]
    public async Task An_access_token_that_lives_serves_on_when_the_refresh_token_is_refused_and_its_user_is_told_once()
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(20073));
        await _scene.GrantAsync();
        var grant = await StoredAsync();
        await _scene.Refresher.RefreshAsync(Some.User, grant.Version, CallPriority.Interactive, default);

        Assert.Equal("access-1", Issued(await GetAsync()));
        Assert.Equal([GrantTopics.ReauthorizationRequired], await _scene.FollowUpsAsync());
        _scene.Clock.AdvanceSeconds(7200);
        Assert.IsType<TokenOutcome.ConsentRequired>(await GetAsync());
        Assert.Equal(GrantStatus.ReauthorizationRequired, (await StoredAsync()).Status);
        Assert.Single(await _scene.FollowUpsAsync());
        Assert.Single(await AuditAsync());
    }

    [Fact]
    public async Task An_answer_without_a_refresh_token_is_the_last_and_serves_to_its_end()
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", null));
        await ExpiredAsync();

        Assert.Equal("access-2", Issued(await GetAsync()));
        var grant = await StoredAsync();
        Assert.Equal((null, RefreshResult.NotRenewable), (grant.SealedRefreshToken, grant.RefreshOutcome));
        Assert.Equal(RefreshResult.NotRenewable, Assert.Single(await AuditAsync()).Result);
        _scene.Clock.AdvanceSeconds(7200);
        Assert.IsType<TokenOutcome.ConsentRequired>(await GetAsync());
        Assert.Single(Refreshes);
    }

    [Fact]
    public async Task Only_a_refresh_that_ends_in_another_way_than_the_last_goes_into_the_audit_log()
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2"), OpenPlatform.Tokens("access-3", "refresh-3"), OpenPlatform.Refusal(20074));
        await ExpiredAsync();
        await GetAsync();
        _scene.Clock.AdvanceSeconds(7200);
        await GetAsync();
        Assert.Empty(await AuditAsync());

        _scene.Clock.AdvanceSeconds(7200);
        await GetAsync();
        _scene.Clock.AdvanceSeconds(30);
        await GetAsync();
        Assert.Equal([RefreshResult.Configuration], (await AuditAsync()).Select(r => r.Result));

        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-4", "refresh-4"));
        _scene.Clock.AdvanceSeconds(30);
        Assert.Equal("access-4", Issued(await GetAsync()));
        Assert.Equal([RefreshResult.Configuration, RefreshResult.Refreshed], (await AuditAsync()).Select(r => r.Result));
    }

    [Fact]
    public async Task An_answer_that_comes_late_repairs_the_grant_that_was_written_off_meanwhile_and_no_other()
    {
        var tokens = new TokenResponse(new Secret("late"), TimeSpan.FromHours(2), new Secret("late-refresh"), TimeSpan.FromDays(7), ScopeSet.Empty);
        Task<bool> StoreAsync(UserGrant grant) => _scene.Database.RunAsync(db => _scene.Grants.RotateAsync(db, grant, tokens, _scene.Clock.GetUtcNow(), default));

        // Written off from that very generation, with or without a living access token: repaired
        foreach (var accessTokenIsGood in new[] { true, false })
        {
            var spent = await _scene.GrantAsync();
            Assert.True(await _scene.Database.RunAsync(db => UserGrants.UseUpAsync(db, spent, accessTokenIsGood, default)));
            Assert.True(await StoreAsync(spent));
            var repaired = await StoredAsync();
            Assert.Equal((GrantStatus.Active, "late"), (repaired.Status, _scene.Grants.AccessToken(repaired)!.Reveal()));
            Assert.False(await StoreAsync(spent)); // once
        }

        // Revoked, or agreed anew: not touched
        var revoked = await _scene.GrantAsync();
        await _scene.Revocations.RevokeAsync(Some.User, "api", null, default);
        Assert.False(await StoreAsync(revoked));
        var old = await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(1);
        await _scene.GrantAsync("access-new", refresh: null);
        Assert.False(await StoreAsync(old));
        Assert.Equal("access-new", Issued(await GetAsync()));
    }

    [Fact]
    public async Task Tokens_that_come_after_a_revocation_are_revoked_at_the_platform()
    {
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        _scene.Platform.When(OpenPlatform.Token, (_, ct) => answer.Task.WaitAsync(ct));
        await ExpiredAsync();
        var asking = GetAsync();
        await Until.TrueAsync(() => Refreshes.Count == 1);
        await _scene.Revocations.RevokeAsync(Some.User, "api", null, default);
        answer.SetResult(OpenPlatform.Response(200, OpenPlatform.Tokens("access-late", "refresh-late").Body));

        Assert.Equal(ConsentReason.Revoked, Assert.IsType<TokenOutcome.ConsentRequired>(await asking.Soon()).Reason);
        Assert.Superset(new HashSet<string> { "access-late", "refresh-late" }, _scene.Platform.To(OpenPlatform.Revoke).Select(c => c.Form["token"]).ToHashSet());
    }

    [Fact]
    public async Task What_a_crash_or_a_lost_answer_left_is_found_and_refreshed_without_a_caller()
    {
        // Given a grant whose refresh never got an answer
        _scene.Platform.Breaks(OpenPlatform.Token);
        await ExpiredAsync();
        await AskThroughPausesAsync();
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2"));
        using var loop = new RefreshRecoveryLoop(_scene.Leases, _scene.Refresher, _scene.Clock, NullLogger<RefreshRecoveryLoop>.Instance);
        await loop.StartAsync(default);
        await _scene.Clock.SomeoneWaitsAsync(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6));
        Assert.Equal(4, Refreshes.Count); // it rests for half a minute

        // When that is over, then it is tried again
        for (var looks = 0; looks < 60 && (await StoredAsync()).RefreshStartedAt is not null; looks++)
        {
            await _scene.Clock.SomeoneWaitsAsync(TimeSpan.Zero, TimeSpan.FromSeconds(6));
            _scene.Clock.AdvanceSeconds(6);
        }

        await Until.TrueAsync(async () => (await StoredAsync()).RefreshStartedAt is null);
        Assert.Equal("access-2", Issued(await GetAsync()));
        await loop.StopAsync(default);
    }

    [Fact]
    public async Task A_refused_token_that_the_platform_takes_elsewhere_is_kept_because_the_api_takes_no_user_tokens()
    {
        await _scene.GrantAsync(refresh: null);
        var refused = Assert.IsType<TokenOutcome.Issued>(await GetAsync()).Token;

        Assert.Equal("access-1", Issued(await _scene.Tokens.ReplaceAsync(Some.User, refused, ScopeSet.Empty, default)));
        _scene.Platform.Breaks(OpenPlatform.UserInfo); // in doubt, too
        Assert.Equal("access-1", Issued(await _scene.Tokens.ReplaceAsync(Some.User, refused, ScopeSet.Empty, default)));
        Assert.Equal(GrantStatus.Active, (await StoredAsync()).Status);
        Assert.Empty(await _scene.FollowUpsAsync());
    }

    public void Dispose() => _scene.Dispose();

    private IReadOnlyList<OpenPlatform.Call> Refreshes => _scene.Platform.To(OpenPlatform.Token);

    private static string Issued(TokenOutcome outcome) => Assert.IsType<TokenOutcome.Issued>(outcome).Token.Value.Reveal();

    private async Task ExpiredAsync()
    {
        await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(7200);
    }

    private async Task<TokenOutcome> AskThroughPausesAsync()
    {
        var asking = GetAsync();
        foreach (var pause in Pauses)
        {
            await _scene.Clock.SomeoneWaitsForAsync(pause);
            _scene.Clock.AdvanceSeconds(pause);
        }

        return await asking.Soon();
    }

    private Task<TokenOutcome> GetAsync() => _scene.Tokens.GetAsync(Some.User, ScopeSet.Empty, default).AsTask();

    private async Task<UserGrant> StoredAsync() => (await _scene.StoredAsync())!;

    private Task<List<AuditRow>> AuditAsync() => _scene.Database.RunAsync(db =>
        db.Set<AuditRow>().AsNoTracking().Where(r => r.Action == AuditActions.RefreshOutcomeChanged).OrderBy(r => r.Number).ToListAsync());
}

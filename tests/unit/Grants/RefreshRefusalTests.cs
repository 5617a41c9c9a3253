using LarkService.Grants;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Grants;

/// <summary>The platform renews no token, or another one than was hoped for.</summary>
public sealed class RefreshRefusalTests : UserTokensTest
{
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
}

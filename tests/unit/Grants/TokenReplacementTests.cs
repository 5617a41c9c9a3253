using LarkService.Grants;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Grants;

/// <summary>A token the platform refused, and answers that come when the grant is another by then.</summary>
public sealed class TokenReplacementTests : UserTokensTest
{
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
}

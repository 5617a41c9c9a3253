using LarkService.Data.Audit;
using LarkService.Grants;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Grants;

public sealed class RevocationsTests : IDisposable
{
    private readonly Scene _scene = new();

    [Fact]
    public async Task A_grant_taken_back_keeps_its_row_and_loses_its_tokens_at_once()
    {
        await _scene.GrantAsync();
        await GetAsync();

        Assert.True(await RevokeAsync("api"));
        var grant = (await _scene.StoredAsync())!;
        Assert.Equal(GrantStatus.Revoked, grant.Status);
        Assert.Equal((null, null, null, null), (grant.SealedAccessToken, grant.SealedRefreshToken, grant.AccessExpiresAt, grant.RefreshExpiresAt));
        Assert.Equal(ConsentReason.Revoked, Assert.IsType<TokenOutcome.ConsentRequired>(await GetAsync()).Reason); // memory forgot, too
        Assert.Equal([GrantTopics.Revoked], await _scene.FollowUpsAsync());
    }

    [Fact]
    public async Task The_platform_is_told_of_both_tokens()
    {
        await _scene.GrantAsync();
        await RevokeAsync("user");
        await _scene.Upstream.DisposeAsync();

        Assert.Equal([("refresh_token", "refresh-1"), ("access_token", "access-1")], _scene.Platform.To(OpenPlatform.Revoke).Select(c => (c.Form["token_type_hint"], c.Form["token"])));
    }

    [Fact]
    public async Task The_platform_is_not_told_what_it_has_told_us()
    {
        await _scene.GrantAsync();

        Assert.True(await RevokeAsync("platform"));
        await _scene.GrantAsync();
        Assert.True(await RevokeAsync("leaver"));
        await _scene.Upstream.DisposeAsync();
        Assert.Empty(_scene.Platform.Calls);
    }

    [Fact]
    public async Task A_platform_that_does_not_answer_holds_nobody_up_and_is_given_five_seconds()
    {
        await _scene.GrantAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _scene.Platform.When(OpenPlatform.Revoke, async (_, ct) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, ct);
            throw new InvalidOperationException();
        });

        Assert.True(await RevokeAsync("api").Soon());
        await asked.Task.Soon();
        var telling = _scene.Upstream.DisposeAsync().AsTask();
        Assert.False(telling.IsCompleted);
        _scene.Clock.AdvanceSeconds(5);
        await telling.Soon();
        Assert.Equal(GrantStatus.Revoked, (await _scene.StoredAsync())!.Status);
    }

    [Fact]
    public async Task Only_so_many_revocations_are_told_at_once()
    {
        _scene.Platform.When(OpenPlatform.Revoke, async (_, ct) =>
        {
            await Task.Delay(Timeout.Infinite, ct);
            throw new InvalidOperationException();
        });
        for (var user = 0; user < 100; user++)
        {
            _scene.Upstream.Tell(await _scene.GrantAsync());
        }

        await Until.TrueAsync(() => _scene.Platform.To(OpenPlatform.Revoke).Count == 64);
        _scene.Clock.AdvanceSeconds(5);
        await _scene.Upstream.DisposeAsync().AsTask().Soon();
        Assert.Equal(64, _scene.Platform.To(OpenPlatform.Revoke).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_platform_that_does_not_listen_changes_nothing(bool broken)
    {
        await _scene.GrantAsync();
        if (broken)
        {
            _scene.Platform.Breaks(OpenPlatform.Revoke);
        }
        else
        {
            _scene.Platform.Answer(OpenPlatform.Revoke, 404, "not found");
        }

        Assert.True(await RevokeAsync("api"));
        Assert.Equal(GrantStatus.Revoked, (await _scene.StoredAsync())!.Status);
    }

    [Fact]
    public async Task Without_a_grant_there_is_nothing_to_take_back() => Assert.False(await RevokeAsync("api"));

    [Fact]
    public async Task Taking_back_twice_is_good_and_tells_the_user_once()
    {
        await _scene.GrantAsync();

        Assert.True(await RevokeAsync("api"));
        Assert.True(await RevokeAsync("api"));
        Assert.Single(await _scene.FollowUpsAsync());
    }

    [Fact]
    public async Task A_grant_renewed_at_the_same_moment_is_taken_back_all_the_same()
    {
        await _scene.GrantAsync();
        var opened = 0;
        _scene.Opening = () =>
        {
            if (++opened == 2)
            {
                _scene.GrantAsync("access-2", "refresh-2").GetAwaiter().GetResult();
            }
        };

        Assert.True(await RevokeAsync("api"));
        Assert.Equal(GrantStatus.Revoked, (await _scene.StoredAsync())!.Status);
        await _scene.Upstream.DisposeAsync();
        Assert.Contains(_scene.Platform.To(OpenPlatform.Revoke), c => c.Form["token"] == "refresh-2");
    }

    [Fact]
    public async Task A_user_who_agrees_again_after_a_revocation_has_a_grant_again()
    {
        await _scene.GrantAsync();
        await RevokeAsync("api");
        await _scene.GrantAsync("access-2");

        Assert.Equal("access-2", Assert.IsType<TokenOutcome.Issued>(await GetAsync()).Token.Value.Reveal());
    }

    [Theory]
    [InlineData("user", null, "user")]
    [InlineData("platform", null, "platform")]
    [InlineData("api", "bootstrap", "bootstrap")]
    public async Task Who_took_it_back_stands_in_the_audit_log_once(string by, string? caller, string actor)
    {
        await _scene.GrantAsync();
        await _scene.Revocations.RevokeAsync(Some.User, by, null, default, caller);
        await _scene.Revocations.RevokeAsync(Some.User, by, null, default, caller);

        var row = Assert.Single(await _scene.Database.RunAsync(db => db.Set<AuditRow>().ToListAsync()));
        Assert.Equal((actor, AuditActions.Revocation, "revoked", Some.User.OpenId), (row.Actor, row.Action, row.Result, row.OpenId));
    }

    public void Dispose() => _scene.Dispose();

    private Task<bool> RevokeAsync(string by) => _scene.Revocations.RevokeAsync(Some.User, by, null, default);

    private Task<TokenOutcome> GetAsync() => _scene.Tokens.GetAsync(Some.User, ScopeSet.Empty, default).AsTask();
}

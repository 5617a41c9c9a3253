using System.Text.Json;
using LarkService.Authorization.Chat;
using LarkService.Grants;
using LarkService.Grants.Upkeep;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Grants.Upkeep;

public sealed class UnusedGrantsTests : IDisposable
{
    private readonly Scene _scene = new();
    private readonly ListLogger<UnusedGrants> _log = new();

    [Fact]
    public async Task After_thirty_days_without_use_the_tokens_go_the_platform_is_told_and_the_log_says_so()
    {
        await _scene.GrantAsync();
        _scene.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMinutes(1));
        Assert.Equal(new GivenUp(0, 0), await RunAsync());

        _scene.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(new GivenUp(1, 0), await RunAsync());
        var grant = (await _scene.StoredAsync())!;
        Assert.Equal((GrantStatus.Revoked, null, null), (grant.Status, grant.SealedAccessToken, grant.SealedRefreshToken));
        await Until.TrueAsync(() => _scene.Platform.To(OpenPlatform.Revoke).Count == 2); // behind
        Assert.Contains(Some.User.OpenId, Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grant_in_use_stays()
    {
        await _scene.GrantAsync();
        _scene.Clock.Advance(TimeSpan.FromDays(29));
        await _scene.Grants.UsedAsync(Some.User.AppId, [Some.User.OpenId], default);
        _scene.Clock.Advance(TimeSpan.FromDays(29));

        Assert.Equal(new GivenUp(0, 0), await RunAsync());
    }

    [Fact]
    public async Task What_was_used_since_the_list_was_made_stays()
    {
        await _scene.GrantAsync();
        await _scene.GrantAsync(user: Some.OtherUser);
        _scene.Clock.Advance(TimeSpan.FromDays(31));

        // Given the second one being used after both were read
        var opened = 0;
        _scene.Opening = () =>
        {
            if (++opened == 3)
            {
                _scene.Opening = () => { };
                _scene.Grants.UsedAsync(Some.User.AppId, [Some.User.OpenId], default).GetAwaiter().GetResult();
                _scene.Grants.UsedAsync(Some.OtherUser.AppId, [Some.OtherUser.OpenId], default).GetAwaiter().GetResult();
            }
        };

        Assert.Equal(1, (await RunAsync()).Removed);
    }

    [Fact]
    public async Task One_that_cannot_be_removed_stops_nobody_else()
    {
        await _scene.GrantAsync();
        await _scene.GrantAsync(user: Some.OtherUser);
        _scene.Clock.Advance(TimeSpan.FromDays(31));
        await using (var db = _scene.Database.Open())
        {
            var stays = $"CREATE TRIGGER stays BEFORE UPDATE ON user_grants WHEN OLD.open_id = '{Some.User.OpenId}' BEGIN SELECT RAISE(ABORT, 'no'); END";
            await db.Database.ExecuteSqlRawAsync(stays);
        }

        Assert.Equal(new GivenUp(1, 1), await RunAsync());
        Assert.Equal(GrantStatus.Revoked, (await _scene.StoredAsync(Some.OtherUser))!.Status);
    }

    [Fact]
    public async Task The_user_is_not_bothered_with_a_card()
    {
        await _scene.GrantAsync();
        var tell = new TellRevoked(_scene.Messages, _scene.Grants);
        await tell.HandleAsync(JsonSerializer.SerializeToElement(new GrantRevoked(Some.AppId, Some.User.OpenId, UnusedGrants.By, null), JsonSerializerOptions.Web), default);
        Assert.Empty(_scene.Platform.To(OpenPlatform.Messages));

        // While one that was taken back by somebody is told of
        await tell.HandleAsync(JsonSerializer.SerializeToElement(new GrantRevoked(Some.AppId, Some.User.OpenId, "api", null), JsonSerializerOptions.Web), default);
        Assert.Single(_scene.Platform.To(OpenPlatform.Messages));
    }

    public void Dispose() => _scene.Dispose();

    private Task<GivenUp> RunAsync() =>
        _scene.Clock.ThroughAsync(new UnusedGrants(_scene.Database, _scene.Grants, _scene.Revocations, _scene.Apps, _scene.Clock, _log).RunAsync(default));
}

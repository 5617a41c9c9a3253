using LarkService.Grants;
using LarkService.Grants.OAuth;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Grants.Upkeep;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Grants.Upkeep;

public sealed class KeepAliveTests : IDisposable
{
    private readonly Scene _scene = new();
    private readonly ListLogger<KeepAlive> _log = new();

    [Fact]
    public async Task A_refresh_token_that_nobody_uses_is_used_on_its_fifth_day_and_not_before()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2"));

        _scene.Clock.Advance(TimeSpan.FromDays(5) - TimeSpan.FromMinutes(1));
        Assert.Equal(new KeptAlive(0, 0, 0), await RunAsync());
        Assert.Empty(_scene.Platform.To(OpenPlatform.Token));

        _scene.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(new KeptAlive(1, 0, 0), await RunAsync());
        Assert.Equal("refresh-1", _scene.Platform.To(OpenPlatform.Token).Single().Json["refresh_token"]!.ToString());
        var grant = (await _scene.StoredAsync())!;
        Assert.Equal("refresh-2", _scene.Grants.RefreshToken(grant)!.Reveal());
        Assert.True(grant.RefreshExpiresAt > _scene.Clock.GetUtcNow().AddDays(6.9));

        // And the next run finds nothing to do
        Assert.Equal(new KeptAlive(0, 0, 0), await RunAsync());
    }

    [Fact]
    public async Task Keeping_it_alive_counts_as_no_use()
    {
        var before = (await _scene.GrantAsync()).LastUsedAt;
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2"));
        _scene.Clock.Advance(TimeSpan.FromDays(6));

        await RunAsync();
        Assert.Equal(before, (await _scene.StoredAsync())!.LastUsedAt);
    }

    [Fact]
    public async Task Of_a_token_that_lives_a_day_only_the_last_two_sevenths_are_early_enough()
    {
        await StoreAsync(Some.User, TimeSpan.FromDays(1));
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2"));

        _scene.Clock.Advance(TimeSpan.FromDays(0.7));
        Assert.Equal(new KeptAlive(0, 0, 0), await RunAsync());
        _scene.Clock.Advance(TimeSpan.FromDays(0.05));
        Assert.Equal(new KeptAlive(1, 0, 0), await RunAsync());
    }

    [Fact]
    public async Task It_leaves_half_of_the_token_endpoint_to_people()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2"));
        _scene.Clock.Advance(TimeSpan.FromDays(6));
        for (var people = 0; people < TokenCallRule.Share(TokenCallRule.Burst, CallPriority.Background); people++)
        {
            (await _scene.Pace.WaitAsync(Some.AppId, CallPriority.Interactive, default)).Dispose();
        }

        var running = Work().RunAsync(default); // the clock stands still
        await Task.WhenAny(running, _scene.Clock.SomeoneWaitsForAsync(TokenCallPace.LongestBackgroundWait.TotalSeconds));
        Assert.False(running.IsCompleted);
        Assert.Empty(_scene.Platform.To(OpenPlatform.Token));
        while (!running.IsCompleted)
        {
            _scene.Clock.Advance(TimeSpan.FromMilliseconds(50));
            await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System));
        }

        Assert.Equal(new KeptAlive(1, 0, 0), await running);
    }

    [Fact]
    public async Task One_user_who_fails_stops_nobody_else()
    {
        await _scene.GrantAsync(refresh: "broken", user: Some.User);
        await _scene.GrantAsync(refresh: "good", user: Some.OtherUser);
        _scene.Platform.When(OpenPlatform.Token, (call, _) => call.Body.Contains("broken", StringComparison.Ordinal)
            ? throw new InvalidOperationException("Something nobody has thought of.")
            : Task.FromResult(OpenPlatform.Response(200, OpenPlatform.Tokens("access-2", "refresh-2").Body)));
        _scene.Clock.Advance(TimeSpan.FromDays(6));

        Assert.Equal(new KeptAlive(1, 1, 0), await RunAsync());
        Assert.Contains(_log.Lines, line => line.Contains(Some.User.OpenId, StringComparison.Ordinal));
        Assert.Equal("refresh-2", _scene.Grants.RefreshToken((await _scene.StoredAsync(Some.OtherUser))!)!.Reveal());
    }

    [Fact]
    public async Task An_app_that_may_not_refresh_is_not_asked_for_each_of_its_users()
    {
        for (var i = 0; i < 60; i++)
        {
            await _scene.GrantAsync(user: new UserKey(Some.AppId, $"ou_{i}"));
        }

        await _scene.GrantAsync(user: new UserKey("cli_other", "ou_1"));
        _scene.Platform.When(OpenPlatform.Token, (call, _) =>
        {
            var (status, body) = call.Body.Contains("cli_other", StringComparison.Ordinal) ? OpenPlatform.Tokens("access-2", "refresh-2") : OpenPlatform.Refusal(20074);
            return Task.FromResult(OpenPlatform.Response(status, body));
        });
        _scene.Clock.Advance(TimeSpan.FromDays(6));

        var result = await RunAsync();
        Assert.Equal((1, 61), (result.Renewed, result.Renewed + result.Failed + result.LeftAlone));
        Assert.InRange(result.Failed, 1, 30); // those in work when the first answer came
    }

    [Fact]
    public async Task An_app_that_is_not_configured_any_more_is_left_alone()
    {
        await _scene.GrantAsync(user: new UserKey("cli_gone", "ou_1"));
        _scene.Clock.Advance(TimeSpan.FromDays(6));

        Assert.Equal(new KeptAlive(0, 0, 0), await RunAsync());
    }

    [Fact]
    public async Task Pages_follow_each_other_without_a_gap_or_an_overlap_even_where_many_end_at_once()
    {
        await using var db = _scene.Database.Open();
        var now = _scene.Clock.GetUtcNow();
        db.AddRange(Enumerable.Range(0, 450).Select(i => new UserGrant { Id = Guid.NewGuid(), AppId = Some.AppId, OpenId = $"ou_{i}", GrantedAt = now, RefreshExpiresAt = now.AddHours(1 + (i / 300)) }));
        await db.SaveChangesAsync();

        List<KeepAlive.Due> all = [];
        var last = (ExpiresAt: now, Id: Guid.Empty);
        while (await KeepAlive.DueAsync(db, now, last, default) is { Count: > 0 } page)
        {
            all.AddRange(page);
            last = (page[^1].ExpiresAt, page[^1].Id);
        }

        Assert.Equal((450, 450), (all.Count, all.Select(d => d.OpenId).Distinct().Count()));
    }

    public void Dispose() => _scene.Dispose();

    private Task<KeptAlive> RunAsync() => _scene.Clock.ThroughAsync(Work().RunAsync(default));

    private KeepAlive Work() => new(_scene.Database, _scene.Refresher, _scene.Apps, _scene.Clock, _log);

    private Task StoreAsync(UserKey user, TimeSpan refreshLife) => _scene.Grants.StoreNowAsync(
        _scene.Database, user, new TokenResponse(new Secret("access-1"), TimeSpan.FromHours(2), new Secret("refresh-1"), refreshLife, ScopeSet.Parse("offline_access")));
}

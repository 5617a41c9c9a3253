using LarkService.Data;
using LarkService.Grants;
using LarkService.IntegrationTests.Support;
using LarkService.Platform;

namespace LarkService.IntegrationTests.Refresh;

/// <summary>The lease on a grant's row, as three replicas see it on PostgreSQL.</summary>
public sealed class LeaseTests
{
    [Fact]
    public async Task Of_a_hundred_who_reach_for_it_at_once_one_gets_the_lease_and_a_dead_owner_loses_it_by_the_databases_clock()
    {
        await using var scene = await GrantedAsync();
        var grant = await StoredAsync(scene);
        var replicas = Enumerable.Range(0, 100).Select(_ => Leases(scene)).ToList();

        // One gets it
        var taken = await Task.WhenAll(replicas.Select(r => r.TakeAsync(grant, CancellationToken.None)));
        var winner = replicas[Assert.Single(Enumerable.Range(0, replicas.Count), i => taken[i])];
        var other = replicas.First(r => r != winner);
        grant = await StoredAsync(scene);
        Assert.True(await other.IsHeldByAnotherAsync(grant, CancellationToken.None));
        Assert.False(await winner.IsHeldByAnotherAsync(grant, CancellationToken.None));
        Assert.True(await winner.TakeAsync(grant, CancellationToken.None)); // for its next try
        Assert.Empty(await other.AbandonedAsync(10, CancellationToken.None));

        // A clock that is ahead does not help, only the database's counts
        scene.Clock.Advance(TimeSpan.FromDays(1));
        Assert.False(await other.TakeAsync(grant, CancellationToken.None));

        // When it runs out, the next one may, and knows that somebody began before
        await scene.Database.ExecuteAsync("UPDATE user_grants SET refresh_lease_until = clock_timestamp()");
        grant = await StoredAsync(scene);
        Assert.Single(await other.AbandonedAsync(10, CancellationToken.None));
        Assert.True(other.OthersMayStillStore(grant));
        Assert.True(await other.TakeAsync(grant, CancellationToken.None));
        Assert.False(await winner.TakeAsync(grant, CancellationToken.None));
    }

    [Fact]
    public async Task An_intent_that_came_after_the_look_means_looking_again()
    {
        // Given somebody who took the lease after we looked, and died
        await using var scene = await GrantedAsync();
        var looked = await StoredAsync(scene);
        Assert.True(await Leases(scene).TakeAsync(looked, CancellationToken.None));
        await scene.Database.ExecuteAsync("UPDATE user_grants SET refresh_lease_until = clock_timestamp()");

        Assert.False(await Leases(scene).TakeAsync(looked, CancellationToken.None));
        Assert.True(await Leases(scene).TakeAsync(await StoredAsync(scene), CancellationToken.None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Given_back_it_is_free_at_once_and_an_uncertain_grant_is_tried_again_after_a_rest(bool isUncertain)
    {
        await using var scene = await GrantedAsync();
        var mine = Leases(scene);
        var grant = await StoredAsync(scene);
        Assert.True(await mine.TakeAsync(grant, CancellationToken.None));

        Assert.True(await scene.Inside<Database>().RunAsync(db => mine.GiveBackAsync(db, grant, RefreshResult.Unavailable, isUncertain, CancellationToken.None)));
        Assert.Empty(await Leases(scene).AbandonedAsync(10, CancellationToken.None));
        await scene.Database.ExecuteAsync("UPDATE user_grants SET refresh_lease_until = refresh_lease_until - interval '1 minute'");
        Assert.Equal(isUncertain ? 1 : 0, (await Leases(scene).AbandonedAsync(10, CancellationToken.None)).Count);
        Assert.True(await Leases(scene).TakeAsync(await StoredAsync(scene), CancellationToken.None));
    }

    private static RefreshLeases Leases(Scene scene) => new(scene.Inside<Database>(), new LeaseOwner(), scene.Inside<DatabaseClock>());

    private static async Task<UserGrant> StoredAsync(Scene scene) =>
        (await scene.Inside<UserGrants>().FindAsync(new UserKey(scene.Options.Sandbox.AppId, scene.Ava.OpenId), CancellationToken.None))!;

    private static async Task<Scene> GrantedAsync()
    {
        var scene = await Scene.StartAsync(new() { Engine = Engine.Postgres, Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        return scene;
    }
}

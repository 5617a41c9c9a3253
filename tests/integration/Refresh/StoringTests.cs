using LarkService.Grants;
using LarkService.IntegrationTests.Support;
using LarkService.Platform;

namespace LarkService.IntegrationTests.Refresh;

/// <summary>A database that fails or is slow in the midst of a refresh.</summary>
public sealed class StoringTests
{
    [Fact]
    public async Task Tokens_that_cannot_be_stored_are_held_and_tried_again_and_nobody_gets_them_before()
    {
        // Given a database that takes leases and no tokens
        await using var scene = await GrantedAsync();
        await RefuseAsync(scene, "NEW.access_token IS DISTINCT FROM OLD.access_token");
        await Cluster.ExpireAsync(scene);

        // When the platform has answered
        var asking = TokenAsync(scene);
        await Eventually.TrueAsync("trying to store", () => scene.Service.Output.Count(l => l.Contains("could not be stored", StringComparison.Ordinal)) >= 2);
        Assert.False(asking.IsCompleted);
        await scene.Database.ExecuteAsync("DROP TRIGGER refuse ON user_grants");

        // Then what it gave is stored in the end, and the token was spent once
        Assert.NotNull(scene.Platform.Tokens.FindAccess(Issued(await asking)));
        Assert.Equal(1, scene.Platform.TokenCalls(Cluster.Refresh));
    }

    [Fact]
    public async Task A_row_that_is_locked_for_a_while_delays_and_loses_nothing()
    {
        await using var scene = await GrantedAsync();
        await Cluster.ExpireAsync(scene);
        scene.Platform.Faults.Board.DelayNext(Cluster.TokenPath, TimeSpan.FromSeconds(1));
        var asking = TokenAsync(scene);
        await Eventually.TrueAsync("the refresh being sent", () => !scene.Platform.Faults.Board.IsPlanned(Cluster.TokenPath));

        await scene.Database.ExecuteAsync("BEGIN; SELECT 1 FROM user_grants FOR UPDATE; SELECT pg_sleep(2); COMMIT");

        Assert.NotNull(scene.Platform.Tokens.FindAccess(Issued(await asking)));
        Assert.Equal(1, scene.Platform.TokenCalls(Cluster.Refresh));
    }

    [Fact]
    public async Task While_the_database_cannot_be_written_no_refresh_token_is_sent()
    {
        await using var scene = await GrantedAsync();
        await Cluster.ExpireAsync(scene);
        await RefuseAsync(scene, "NEW.refresh_lease_owner IS NOT NULL");

        await Assert.ThrowsAnyAsync<Exception>(() => TokenAsync(scene));

        Assert.Equal(0, scene.Platform.TokenCalls(Cluster.Refresh));
        await scene.Database.ExecuteAsync("DROP TRIGGER refuse ON user_grants");
        Issued(await TokenAsync(scene));
        Assert.Equal(1, scene.Platform.TokenCalls(Cluster.Refresh));
    }

    private static async Task RefuseAsync(Scene scene, string when)
    {
        await scene.Database.ExecuteAsync("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'The disk is full.'; END $$");
        await scene.Database.ExecuteAsync($"CREATE TRIGGER refuse BEFORE UPDATE ON user_grants FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse()");
    }

    private static string Issued(TokenOutcome outcome) => Assert.IsType<TokenOutcome.Issued>(outcome).Token.Value.Reveal();

    private static Task<TokenOutcome> TokenAsync(Scene scene) =>
        scene.Inside<UserTokens>().GetAsync(new UserKey(scene.Options.Sandbox.AppId, scene.Ava.OpenId), ScopeSet.Empty, CancellationToken.None).AsTask();

    private static async Task<Scene> GrantedAsync()
    {
        var scene = await Scene.StartAsync(new() { Engine = Engine.Postgres, Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        return scene;
    }
}

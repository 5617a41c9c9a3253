using LarkService.Data.News;
using LarkService.Grants;
using LarkService.IntegrationTests.Support;
using LarkService.Platform;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.IntegrationTests.Refresh;

/// <summary>What one replica changes, the others know within a second, with and without news.</summary>
public sealed class NewsTests
{
    private const string Listeners = $"SELECT pid FROM pg_stat_activity WHERE application_name = '{NewsListener.ApplicationName}' AND datname = current_database()";

    /// <summary>A second, and what a busy machine takes to notice.</summary>
    private static readonly TimeSpan ASecond = TimeSpan.FromSeconds(1.5);

    /// <summary>A look is over much sooner; whatever more it takes, this machine stood still, and the time of that does not count.</summary>
    private static readonly TimeSpan ALook = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task A_revocation_is_known_to_every_replica_at_once()
    {
        await using var scene = await GrantedAsync();
        await using var other = await BesideAsync(scene);

        await scene.Inside<Revocations>().RevokeAsync(User(scene), "api", null, CancellationToken.None);

        await RevokedAsync(scene, other);
    }

    [Fact]
    public async Task A_revocation_is_known_within_a_second_when_the_news_of_it_are_lost()
    {
        // Given a replica whose listening connection is dead
        await using var scene = await GrantedAsync();
        await using var other = await BesideAsync(scene);
        var heard = Heard(other);
        await scene.Database.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM ({Listeners}) AS listeners");

        // When a grant is revoked meanwhile, then it is known all the same
        await scene.Inside<Revocations>().RevokeAsync(User(scene), "api", null, CancellationToken.None);
        await RevokedAsync(scene, other);

        // And it listens again
        await Eventually.TrueAsync("listening again", () => Heard(other) > heard);
        Assert.Contains(other.Output, line => line.Contains("Other replicas cannot be heard", StringComparison.Ordinal));
        var cache = other.Services.GetRequiredService<TokenCache>();
        var token = new UserAccessToken(new Secret("x"), TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow().AddHours(1), ScopeSet.Empty, 1);
        var inAnHour = TimeProvider.System.GetTimestamp() + (TimeProvider.System.TimestampFrequency * 3600);
        cache.Keep(User(scene), new TokenOutcome.Issued(token), inAnHour); // stays until the news come
        await scene.Database.ExecuteAsync("UPDATE user_grants SET version = version + 1");
        await Eventually.TrueAsync("news being heard", () => cache.Find(User(scene)) is null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_waits_for_another_replicas_refresh_gets_its_result_with_and_without_news(bool news)
    {
        await using var scene = await GrantedAsync();
        await using var other = await BesideAsync(scene);
        await Cluster.ExpireAsync(scene);
        var cache = other.Services.GetRequiredService<TokenCache>();
        await Eventually.TrueAsync("the old token being forgotten", () => cache.Find(User(scene)) is null);
        if (!news)
        {
            await scene.Database.ExecuteAsync("DROP TRIGGER lark_grant_changed ON user_grants");
        }

        // Given a replica that waits for the platform
        scene.Platform.Faults.Board.DelayNext(Cluster.TokenPath, TimeSpan.FromSeconds(2));
        var winner = scene.Inside<UserTokens>().GetAsync(User(scene), ScopeSet.Empty, CancellationToken.None).AsTask();
        await Eventually.TrueAsync("the refresh being sent", () => !scene.Platform.Faults.Board.IsPlanned(Cluster.TokenPath));

        // When somebody asks at another one
        var loser = await other.Services.GetRequiredService<UserTokens>().GetAsync(User(scene), ScopeSet.Empty, CancellationToken.None);

        // Then both have the one new token
        Assert.Equal(Assert.IsType<TokenOutcome.Issued>(await winner).Token.Value, Assert.IsType<TokenOutcome.Issued>(loser).Token.Value);
        Assert.Equal(1, scene.Platform.TokenCalls(Cluster.Refresh));
    }

    private static int Heard(RunningService service) => service.Output.Count(line => line.Contains("Listening for what other replicas change", StringComparison.Ordinal));

    private static async Task RevokedAsync(Scene scene, RunningService other)
    {
        var (passed, looked) = (TimeSpan.Zero, TimeProvider.System.GetTimestamp());
        while (await other.Services.GetRequiredService<UserTokens>().GetAsync(User(scene), ScopeSet.Empty, CancellationToken.None) is TokenOutcome.Issued)
        {
            var now = TimeProvider.System.GetTimestamp();
            var took = TimeProvider.System.GetElapsedTime(looked, now);
            (passed, looked) = (passed + (took < ALook ? took : ALook), now);
            Assert.InRange(passed, TimeSpan.Zero, ASecond);
            await Task.Yield();
        }
    }

    private static async Task<Scene> GrantedAsync()
    {
        var scene = await Scene.StartAsync(new() { Engine = Engine.Postgres, Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        return scene;
    }

    /// <summary>A second replica that listens and has the token in memory.</summary>
    private static async Task<RunningService> BesideAsync(Scene scene)
    {
        var other = await RunningService.StartAsync(Cluster.Beside(scene), TimeProvider.System);
        await Eventually.TrueAsync("listening", () => Heard(other) > 0);
        Assert.IsType<TokenOutcome.Issued>(await other.Services.GetRequiredService<UserTokens>().GetAsync(User(scene), ScopeSet.Empty, CancellationToken.None));
        return other;
    }

    private static UserKey User(Scene scene) => new(scene.Options.Sandbox.AppId, scene.Ava.OpenId);
}

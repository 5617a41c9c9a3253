using System.Globalization;
using LarkService.IntegrationTests.Chaos;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.RefreshChaos;

/// <summary>
/// People's tokens are refreshed thousands of times while services are killed, answers get lost, the platform stumbles, the
/// database is slow and clocks jump: nobody is lost whom the platform did not refuse, and no refresh token is spent twice.
/// </summary>
public abstract class RefreshChaosTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(60);

    private static async Task TryAsync(Engine engine)
    {
        await using var scene = await (engine == Engine.Postgres
            ? RefreshScene.StartAsync(engine, Lifetime, mortals: 2, withJumpy: true)
            : RefreshScene.StartAsync(engine, Lifetime, mortals: 1));
        var mischief = new Mischief(scene, engine);
        await using var callers = new TokenCallers(scene);
        var began = TimeProvider.System.GetTimestamp();
        callers.Start();
        while (!IsEnough())
        {
            await mischief.CauseAsync();
        }

        await Task.WhenAll(scene.Mortals.Select(m => m.ReadyAsync()));
        await callers.StopAsync();
        var verdict = RefreshVerdict.Of(scene, callers);
        ChaosSettings.Report(string.Create(
            CultureInfo.InvariantCulture, $"| {engine}, {scene.Urls.Count} services | {verdict.Cells} | {mischief.Tally} | {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} |"));
        verdict.MustBeFlawless();

        bool IsEnough() => ChaosSettings.Refreshes is { } wanted
            ? scene.Ledger.All.Count(s => s.Pair is not null) >= wanted
            : TimeProvider.System.GetElapsedTime(began) >= Short;
    }

    public sealed class OnPostgres
    {
        [Fact]
        public Task Nobody_is_lost_and_no_token_is_spent_twice() => TryAsync(Engine.Postgres);
    }

    public sealed class OnSqlite
    {
        [Fact]
        public Task Nobody_is_lost_and_no_token_is_spent_twice()
        {
            Assert.SkipUnless(ChaosSettings.Refreshes is not null, "Several services on one database are the harder case; bench/refresh.sh runs this one, too.");
            return TryAsync(Engine.Sqlite);
        }
    }
}

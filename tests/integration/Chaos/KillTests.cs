using System.Globalization;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Chaos;

/// <summary><c>kill -9</c> again and again while people write, with events, duplicates and second deliveries in flight: nothing lost, nothing twice.</summary>
public abstract class KillTests
{
    /// <summary>After the last kill: the ladder to its end, and the lease of a dead replica.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static async Task KillAgainAndAgainAsync(Engine engine, int replicas)
    {
        // A restart takes as long as half an hour in life: with a start of 2 s the ladder becomes 17 ms, 0.3 s, 4 s and 24 s.
        // A slower machine gets no longer ladder than with 3 s: the regard for last tries goes by its real start.
        var start = await StartTakesAsync();
        var scale = Math.Min(start.TotalSeconds, 3) / TimeSpan.FromMinutes(30).TotalSeconds;
        await using var scene = await Scene.PrepareAsync(new()
        {
            Engine = engine,
            OwnProcess = true,
            Sandbox = Scene.QuickSandbox with { RedeliveryScale = scale, ExtraUsers = 100, CallsPerSecond = 0, CallsPerMinute = 0, MessagesPerSecondPerReceiver = 0, RecordWire = false },
        });
        var all = Enumerable.Range(0, replicas).Select(_ => new Replica(scene)).ToList();
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            all.ForEach(r => r.Start());
            await Task.WhenAll(all.Select(r => r.ReadyAsync()));
            await using var crowd = new Crowd(scene.Platform);
            crowd.Start();
            await using var last = new LastTries(scale, regard: 3 * start);
            last.Watch(crowd);
            await KillAsync(all, last);
            await crowd.StopAsync();
            await EndLeasesAsync(scene, all, crowd);
            var verdict = await Verdict.OfAsync(scene, crowd, Patience);
            ChaosSettings.Report(string.Create(
                CultureInfo.InvariantCulture,
                $"| {engine}, {replicas} {(replicas == 1 ? "replica" : "replicas")} | {ChaosSettings.Rounds} | {verdict.Cells} | {start.TotalSeconds:0.0} | {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} |"));
            verdict.MustBeFlawless();
        }
        finally
        {
            foreach (var replica in all)
            {
                await replica.DisposeAsync();
            }
        }
    }

    private static async Task<TimeSpan> StartTakesAsync()
    {
        await using var scene = await Scene.PrepareAsync(new() { OwnProcess = true, EmptyDatabase = true });
        await using var service = new Replica(scene);
        var began = TimeProvider.System.GetTimestamp();
        service.Start();
        await service.ReadyAsync();
        return TimeProvider.System.GetElapsedTime(began);
    }

    /// <summary>The minute until a dead replica's lease ends is waited for by the script; the suite ends it by hand, with everybody dead.</summary>
    private static async Task EndLeasesAsync(Scene scene, List<Replica> all, Crowd crowd)
    {
        if (ChaosSettings.IsFull || scene.Options.Engine == Engine.Sqlite)
        {
            return;
        }

        await Eventually.TrueAsync("every event acknowledged or given up", () => crowd.Asked.All(q => q.Delivery.Acked || q.Delivery.GaveUp), Patience);
        await Task.WhenAll(all.Select(r => r.KillAsync()));
        await scene.Database.ExecuteAsync("UPDATE inbox_events SET due_at = now() WHERE state = 'received' AND lease_owner IS NOT NULL");
        all.ForEach(r => r.Start());
    }

    private static async Task KillAsync(List<Replica> all, LastTries last)
    {
        for (var round = 0; round < ChaosSettings.Rounds; round++)
        {
            // Nearly always in the midst of work, at times in the midst of a start.
            if (Random.Shared.Next(5) > 0)
            {
                await Task.WhenAll(all.Select(r => r.ReadyAsync()));
            }

            await Task.Delay(TimeSpan.FromSeconds(0.2 + (Random.Shared.NextDouble() * 1.5)), TimeProvider.System);
            await last.NoneNearAsync();
            if (Random.Shared.Next(4) == 0)
            {
                await Task.WhenAll(all.Select(r => r.KillAndStartAsync()));
            }
            else
            {
                await all[Random.Shared.Next(all.Count)].KillAndStartAsync();
            }
        }

        await Task.WhenAll(all.Select(r => r.ReadyAsync()));
    }

    public sealed class OnSqlite
    {
        [Fact]
        public Task Every_message_is_answered_once() => KillAgainAndAgainAsync(Engine.Sqlite, 1);
    }

    public sealed class OnPostgres
    {
        [Fact]
        public Task Every_message_is_answered_once()
        {
            Assert.SkipUnless(ChaosSettings.IsFull, "Two replicas are the harder case; bench/kill9.sh runs this one, too.");
            return KillAgainAndAgainAsync(Engine.Postgres, 1);
        }
    }

    public sealed class OnPostgresWithTwoReplicas
    {
        [Fact]
        public Task Every_message_is_answered_once() => KillAgainAndAgainAsync(Engine.Postgres, 2);
    }
}

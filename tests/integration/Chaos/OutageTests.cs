using System.Diagnostics;
using System.Globalization;
using LarkService.IntegrationTests.Support;
using Microsoft.Data.Sqlite;

namespace LarkService.IntegrationTests.Chaos;

/// <summary>The database goes away for a while under load and comes back: nothing is acknowledged meanwhile, nothing lost. For <c>bench/outage.sh</c>.</summary>
public abstract class OutageTests
{
    /// <summary>The ladder becomes 0.15 s, 3 s, 36 s and 216 s: the last try comes after an outage of a minute.</summary>
    private const double Scale = 0.01;

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    private static async Task OutlastAsync(Engine engine, Func<Scene, TimeSpan, Task> takeAwayAsync)
    {
        Assert.SkipUnless(ChaosSettings.OutageSeconds is not null, "A minute without a database is for bench/outage.sh.");
        var outage = TimeSpan.FromSeconds(ChaosSettings.OutageSeconds!.Value);
        await using var scene = await Scene.PrepareAsync(new()
        {
            Engine = engine,
            OwnProcess = true,
            Sandbox = Scene.QuickSandbox with { RedeliveryScale = Scale, ExtraUsers = 100, CallsPerSecond = 0, CallsPerMinute = 0, MessagesPerSecondPerReceiver = 0, RecordWire = false },
        });
        await using var service = new Replica(scene);
        service.Start();
        await service.ReadyAsync();
        await using var crowd = new Crowd(scene.Platform);
        crowd.Start();
        await Task.Delay(Before, TimeProvider.System);
        var opened = scene.Platform.Connections.Opened;

        await takeAwayAsync(scene, outage);

        var back = TimeProvider.System.GetTimestamp();
        var asked = crowd.Asked.Count;
        await Eventually.TrueAsync("the service taking events again", () => crowd.Asked.Skip(asked).Any(q => q.Delivery.Acked), Patience);
        var recovered = TimeProvider.System.GetElapsedTime(back);
        Assert.Equal(opened, scene.Platform.Connections.Opened); // the connections stayed
        await Task.Delay(Before, TimeProvider.System);
        await crowd.StopAsync();
        var verdict = await Verdict.OfAsync(scene, crowd, Patience);
        ChaosSettings.Report(string.Create(CultureInfo.InvariantCulture, $"| {engine} | {outage.TotalSeconds:0} s | {verdict.Cells} | {recovered.TotalSeconds:0.0} s |"));
        verdict.MustBeFlawless();
    }

    public sealed class OnPostgres
    {
        [Fact]
        public Task A_server_that_was_stopped_costs_nothing() => OutlastAsync(Engine.Postgres, async (_, outage) =>
        {
            Assert.SkipWhen(ChaosSettings.PostgresFolder is null, "bench/outage.sh names the server's folder.");
            await PostgresAsync("halt");
            await Task.Delay(outage, TimeProvider.System);
            await PostgresAsync("resume");
        });

        private static async Task PostgresAsync(string command)
        {
            using var script = Process.Start(Path.Combine(Environment.GetEnvironmentVariable("LARK_CHAOS_SCRIPTS")!, "postgres.sh"), [command, ChaosSettings.PostgresFolder!]);
            await script.WaitForExitAsync();
            Assert.Equal(0, script.ExitCode);
        }
    }

    public sealed class OnSqlite
    {
        [Fact]
        public Task A_file_that_somebody_else_holds_costs_nothing() => OutlastAsync(Engine.Sqlite, async (scene, outage) =>
        {
            await using var other = new SqliteConnection(scene.Database.ConnectionString + ";Pooling=False");
            await other.OpenAsync();
            await using var hold = other.CreateCommand();
            hold.CommandText = "BEGIN EXCLUSIVE";
            await hold.ExecuteNonQueryAsync();
            await Task.Delay(outage, TimeProvider.System);
            hold.CommandText = "ROLLBACK";
            await hold.ExecuteNonQueryAsync();
        });
    }
}

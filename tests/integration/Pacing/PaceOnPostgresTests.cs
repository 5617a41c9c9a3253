using System.Diagnostics;
using LarkService.Data;
using LarkService.Grants.OAuth.Pacing;
using LarkService.IntegrationTests.Support;
using LarkService.Platform;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.IntegrationTests.Pacing;

/// <summary>Several replicas share an app's limits through the database.</summary>
public sealed class PaceOnPostgresTests : IAsyncLifetime
{
    private const string App = "cli_1";
    private readonly List<ServiceProvider> _replicas = [];
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(Engine.Postgres);
        for (var replica = 0; replica < 3; replica++)
        {
            _replicas.Add(Replica());
        }

        await _replicas[0].GetRequiredService<DatabaseSchema>().MigrateAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Three_replicas_in_a_race_stay_below_the_limits_and_near_them()
    {
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var left = 200;
        var clock = Stopwatch.StartNew();
        var served = await Task.WhenAll(_replicas.Select(async replica =>
        {
            await using var pace = Pace(replica);
            return (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => CallAsync(pace, Called, over.Token)))).Sum();
        }));
        var seconds = clock.Elapsed.TotalSeconds;

        // By the database's own record: whatever second one looks at, it touches 21 stretches at most
        var slots = (await _database.RowsAsync("SELECT slot, calls FROM token_calls ORDER BY slot")).Select(r => (Slot: (long)r[0]!, Calls: (int)r[1]!)).ToList();
        var most = slots.Max(first => slots.Where(s => s.Slot >= first.Slot && s.Slot <= first.Slot + TokenCallRule.SlotsPerSecond).Sum(s => s.Calls));
        Assert.InRange(most, 45, 50);
        Assert.InRange(slots.Sum(s => s.Calls) - served.Sum(), 0, 15); // a permit may have been taken for somebody who left in that moment
        Assert.InRange(served.Sum(), 200, (int)(seconds * 50) + 1);
        Assert.True(slots.Sum(s => s.Calls) >= 34 * slots.Count / TokenCallRule.SlotsPerSecond, $"{slots.Sum(s => s.Calls)} calls in {slots.Count} stretches."); // when this machine stands still there are none
        Assert.All(served, of => Assert.True(of > 20, $"One replica got {of} of {served.Sum()} calls."));
        TestContext.Current.TestOutputHelper?.WriteLine($"{string.Join(" + ", served)} calls in {seconds:0.00} s, at most {most} in a second");

        void Called()
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                over.Cancel();
            }
        }
    }

    [Fact]
    public async Task A_minutes_thousand_is_kept_and_old_stretches_go()
    {
        // Given 995 calls within the last minute, and some of a minute before
        await _database.ExecuteAsync($"""
            INSERT INTO token_calls (app_id, slot, calls)
            SELECT '{App}', floor(extract(epoch FROM clock_timestamp()) * 20)::bigint - 600 - g, 199 FROM generate_series(1, 5) AS g
            UNION ALL SELECT '{App}', floor(extract(epoch FROM clock_timestamp()) * 20)::bigint - 1300, 400
            UNION ALL SELECT '{App}', floor(extract(epoch FROM clock_timestamp()) * 20)::bigint + 90000, 400
            """);
        var permits = new PermitsInPostgres(_replicas[0].GetRequiredService<Database>());

        Assert.Equal(0, (await permits.TakeAsync(App, 9, CallPriority.Background, default)).Granted);
        Assert.Equal(5, (await permits.TakeAsync(App, 9, CallPriority.Interactive, default)).Granted);
        Assert.Equal(0, (await permits.TakeAsync(App, 9, CallPriority.Interactive, default)).Granted);
        Assert.Equal(6, await _database.CountAsync("token_calls"));
        Assert.Equal(9, (await permits.TakeAsync("cli_2", 9, CallPriority.Interactive, default)).Granted);
    }

    [Fact]
    public async Task A_pause_holds_every_replica_up_and_then_it_goes_on()
    {
        await using var one = Pace(_replicas[0]);
        await using var other = Pace(_replicas[1]);
        var clock = Stopwatch.StartNew();
        await one.PauseAsync(App, TimeSpan.FromSeconds(2));
        await one.PauseAsync(App, TimeSpan.FromSeconds(1)); // a shorter one does not end it

        await other.WaitAsync(App, CallPriority.Interactive, default);

        Assert.True(clock.Elapsed >= TimeSpan.FromSeconds(1.9), $"{clock.Elapsed}");
    }

    [Fact]
    public async Task A_call_the_platform_did_not_take_does_not_use_up_the_minute()
    {
        var permits = new PermitsInPostgres(_replicas[0].GetRequiredService<Database>());
        await _database.ExecuteAsync($"INSERT INTO token_calls (app_id, slot, calls) SELECT '{App}', floor(extract(epoch FROM clock_timestamp()) * 20)::bigint - 600, 999");
        Assert.Equal(1, (await permits.TakeAsync(App, 5, CallPriority.Interactive, default)).Granted);

        await permits.PauseAsync(App, TimeSpan.FromMilliseconds(1), default);

        await Eventually.TrueAsync("a permit", async () => (await permits.TakeAsync(App, 5, CallPriority.Interactive, default)).Granted == 1);
        Assert.Equal(0, (await permits.TakeAsync(App, 5, CallPriority.Interactive, default)).Granted);
    }

    [Fact]
    public async Task A_pause_of_a_clock_that_was_wrong_holds_nobody_up()
    {
        await _database.ExecuteAsync($"INSERT INTO token_call_pauses (app_id, until) VALUES ('{App}', now() + interval '1 day')");
        await using var pace = Pace(_replicas[0]);

        await pace.WaitAsync(App, CallPriority.Interactive, default);
        await pace.PauseAsync(App, TimeSpan.FromSeconds(3));
        Assert.Equal(1L, await _database.CountAsync("token_call_pauses", "until < now() + interval '1 minute'"));
    }

    [Fact]
    public async Task A_database_that_is_gone_fails_the_wait_and_one_that_is_back_serves()
    {
        await using var pace = Pace(_replicas[0]);
        await _database.ExecuteAsync("ALTER TABLE token_calls RENAME TO away");
        var busy = await Assert.ThrowsAsync<TokenCallsBusyException>(() => pace.WaitAsync(App, CallPriority.Interactive, default).AsTask());
        Assert.IsAssignableFrom<System.Data.Common.DbException>(busy.InnerException);

        await _database.ExecuteAsync("ALTER TABLE away RENAME TO token_calls");
        await pace.WaitAsync(App, CallPriority.Interactive, default);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    private static async Task<int> CallAsync(TokenCallPace pace, Action called, CancellationToken ct)
    {
        for (var calls = 0; ; calls++)
        {
            try
            {
                (await pace.WaitAsync(App, CallPriority.Interactive, ct)).Dispose();
                called();
            }
            catch (OperationCanceledException)
            {
                return calls;
            }
        }
    }

    private static TokenCallPace Pace(ServiceProvider replica) => new(replica.GetRequiredService<Database>(), TimeProvider.System, NullLogger<TokenCallPace>.Instance);

    private ServiceProvider Replica()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Lark:Apps:0:AppId"] = "cli_test000000000000",
            ["Lark:Apps:0:AppSecret"] = "secret",
            ["Database:Provider"] = _database.Provider,
            ["ConnectionStrings:Default"] = _database.ConnectionString,
        }).Build();
        var services = new ServiceCollection().AddLogging().AddMetrics().AddSingleton<IConfiguration>(configuration);
        services.AddPlatform().AddData();
        return services.BuildServiceProvider();
    }
}

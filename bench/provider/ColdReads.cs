using System.Globalization;
using Npgsql;

namespace LarkService.Bench;

/// <summary>Sixteen callers at once, each time for a user whose token is not in memory.</summary>
internal static class ColdReads
{
    private const int Users = 20_000;
    private const int Callers = 16;
    private const int Each = 2_000;
    private const int Rounds = 5;

    public static async Task RunAsync()
    {
        var work = Environment.GetEnvironmentVariable("BENCH_WORK")!;
        var postgres = new NpgsqlConnectionStringBuilder(Environment.GetEnvironmentVariable("BENCH_CONNECTION")) { Database = "provider" };
        Console.WriteLine("| cold, 16 callers | reads/s | p50 ms | p95 ms | p99 ms | target |\n|---|---|---|---|---|---|");
        await MeasureAsync("PostgreSQL", "Postgres", postgres.ConnectionString);
        await MeasureAsync("SQLite", "Sqlite", $"Data Source={Path.Combine(work, "cold.db")}");
    }

    private static async Task MeasureAsync(string title, string provider, string connectionString)
    {
        await using var store = await GrantStore.CreateAsync(provider, connectionString, Users);
        await CallAsync(store); // warm code, open connections
        List<(double Rate, double P50, double P95, double P99)> rounds = [];
        for (var round = 0; round < Rounds; round++)
        {
            var began = TimeProvider.System.GetTimestamp();
            var took = await CallAsync(store);
            var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            took.Sort();
            rounds.Add((took.Count / seconds, took[took.Count / 2], took[took.Count * 95 / 100], took[took.Count * 99 / 100]));
        }

        var p95s = rounds.Select(r => r.P95).Order().ToList();
        var middle = rounds.OrderBy(r => r.P95).ElementAt(Rounds / 2);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {title} | {middle.Rate:0} | {middle.P50:0.00} | {middle.P95:0.00} ({p95s[0]:0.00}–{p95s[^1]:0.00}) | {middle.P99:0.00} | p95 < 3 ms{(middle.P95 < 3 ? "" : ": **missed**")} |"));
    }

    private static async Task<List<double>> CallAsync(GrantStore store)
    {
        var all = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            List<double> took = new(Each);
            for (var i = 0; i < Each; i++)
            {
                var user = GrantStore.User(Random.Shared.Next(Users));
                store.Tokens.Forget(user);
                var began = TimeProvider.System.GetTimestamp();
                await store.Tokens.GetAsync(user, Platform.ScopeSet.Empty, CancellationToken.None);
                took.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            }

            return took;
        })));
        return [.. all.SelectMany(t => t)];
    }
}

using System.Diagnostics;
using System.Globalization;
using LarkService.Apaas.Ai;
using LarkService.Authorization;
using LarkService.Data;
using LarkService.Data.Outbox;
using LarkService.Data.Tidying;
using LarkService.Grants.Upkeep;
using LarkService.IntegrationTests.Chaos;
using LarkService.IntegrationTests.Plans;
using LarkService.IntegrationTests.Support;
using LarkService.OnBehalfOf;

namespace LarkService.IntegrationTests.Upkeep;

/// <summary>How long a batch of each scan takes among very many rows; for <c>bench/upkeep.sh</c>.</summary>
public sealed class ScanBench
{
    private const string App = "cli_bench00000000000";
    private readonly List<string> _tooSlow = [];

    [Theory]
    [BothEngines]
    public async Task A_batch_of_any_scan_stays_below_a_tenth_of_a_second(Engine engine)
    {
        var wanted = Environment.GetEnvironmentVariable("LARK_BENCH_GRANTS");
        Assert.SkipWhen(string.IsNullOrEmpty(wanted), "bench/upkeep.sh runs this.");
        var rows = int.Parse(wanted!, CultureInfo.InvariantCulture);
        await using var file = await TestDatabase.CreateAsync(engine);
        using var database = new RecordedCommands().Watch(engine, file.ConnectionString);
        using (var schema = new DatabaseSchema(database))
        {
            await schema.MigrateAsync(default);
        }

        await ManyRows.FillAsync(file, engine, App, rows);
        await AgeAsync(file, engine);
        var now = TimeProvider.System.GetUtcNow();

        await MeasureAsync(engine, rows, "keep-alive", () => PagesAsync(database, now, (db, last) => KeepAlive.DueAsync(db, now, last, default), d => (d.ExpiresAt, d.Id)));
        await MeasureAsync(engine, rows, "day 365", () => PagesAsync(database, now - EndAnnouncements.Ceiling, (db, last) => EndAnnouncements.DueAsync(db, now, last, default), d => (d.GrantedAt, d.Id)));
        await MeasureAsync(engine, rows, "unused", () => PagesAsync(database, DateTimeOffset.UnixEpoch, (db, last) => UnusedGrants.DueAsync(db, now, last, default), d => (d.LastUsedAt, d.Id)));
        await MeasureAsync(engine, rows, "directory", () => UsersAsync(database));
        foreach (IOldRows kind in new IOldRows[] { new OldSessions(), new OldParkedCalls(), new DeadMessages(), new OldAiTurns() })
        {
            await MeasureAsync(engine, rows, "clean-up: " + kind.Name, () => RemovalsAsync(database, kind, now));
        }

        Assert.True(_tooSlow.Count == 0, string.Join('\n', _tooSlow));
    }

    // A fifth of everything has come to its time.
    private static async Task AgeAsync(TestDatabase database, Engine engine)
    {
        string Moved(string column, int days) => engine == Engine.Postgres ? $"{column} = {column} - interval '{days} days'" : $"{column} = {column} - {days} * 86400000";
        const string which = "IN ('0', '5')";
        await database.ExecuteAsync($"UPDATE user_grants SET {Moved("refresh_expires_at", 5)} WHERE substr(open_id, length(open_id)) IN ('1', '6')");
        await database.ExecuteAsync($"UPDATE user_grants SET {Moved("granted_at", 260)} WHERE substr(open_id, length(open_id)) IN ('2', '7')");
        await database.ExecuteAsync($"UPDATE user_grants SET {Moved("last_used_at", 40)} WHERE substr(open_id, length(open_id)) IN ('3', '8')");
        await database.ExecuteAsync($"UPDATE authorization_sessions SET {Moved("expires_at", 40)} WHERE substr(session_id, length(session_id)) {which}");
        await database.ExecuteAsync($"UPDATE parked_calls SET {Moved("due_at", 40)} WHERE substr(id, length(id)) {which}");
        await database.ExecuteAsync($"UPDATE outbox_messages SET {Moved("due_at", 40)} WHERE substr(key, length(key)) {which}");
        await database.ExecuteAsync($"UPDATE ai_turns SET {Moved("created_at", 40)} WHERE substr(message_id, length(message_id)) {which}");
        await database.ExecuteAsync(engine == Engine.Postgres ? "VACUUM ANALYZE" : "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private static async IAsyncEnumerable<int> PagesAsync<T>(
        Database database, DateTimeOffset from, Func<LarkDbContext, (DateTimeOffset, Guid), Task<List<T>>> page, Func<T, (DateTimeOffset, Guid)> place)
    {
        var last = (from, Guid.Empty);
        while (await database.RunAsync(db => page(db, last)) is { Count: > 0 } found)
        {
            last = place(found[^1]);
            yield return found.Count;
        }
    }

    private static async IAsyncEnumerable<int> UsersAsync(Database database)
    {
        var last = "";
        while (await database.RunAsync(db => UserSync.PageAsync(db, App, last, default)) is { Count: > 0 } found)
        {
            last = found[^1].OpenId;
            yield return found.Count;
        }
    }

    private static async IAsyncEnumerable<int> RemovalsAsync(Database database, IOldRows kind, DateTimeOffset now)
    {
        int removed;
        do
        {
            removed = await database.RunAsync(db => kind.RemoveAsync(db, now, CleanUp.Step, default));
            yield return removed;
        }
        while (removed == CleanUp.Step);
    }

    private async Task MeasureAsync(Engine engine, int rows, string what, Func<IAsyncEnumerable<int>> batches)
    {
        List<double> times = [];
        var found = 0;
        var watch = Stopwatch.StartNew();
        await foreach (var count in batches())
        {
            times.Add(watch.Elapsed.TotalMilliseconds);
            found += count;
            watch.Restart();
        }

        var warm = times.Skip(1).Order().DefaultIfEmpty(times.FirstOrDefault()).ToList(); // the first one compiles the query
        var line = string.Create(CultureInfo.InvariantCulture, $"| {engine} | {rows:N0} | {what} | {found:N0} | {times.Count} | {warm[warm.Count / 2]:0.0} | {warm[(int)(warm.Count * 0.95)]:0.0} | {warm[^1]:0.0} |");
        ChaosSettings.Report(line);
        Assert.True(found > 0, line);
        if (warm[(int)(warm.Count * 0.95)] >= 100)
        {
            _tooSlow.Add(line); // the other scans are measured all the same
        }
    }
}

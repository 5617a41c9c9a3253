using System.Data.Common;
using LarkService.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace LarkService.Accounts.Limits;

/// <summary>
/// Replicas tell each other what they counted, once a second, over PostgreSQL; no request waits for it. What one replica lets through
/// in that second the others do not know yet: together they may get past a limit by what each but one lets through in about a second, and by no more.
/// On SQLite there is nobody to tell.
/// </summary>
internal sealed partial class SharedCounts(RequestCounts counts, Database database, TimeProvider clock, ILogger<SharedCounts> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private const int Step = 2000;
    private const int Patience = 5; // seconds

    private const string Tell = """
        INSERT INTO request_counts (key, beginning, calls) SELECT * FROM unnest($1, $2, $3)
        ON CONFLICT (key, beginning) DO UPDATE SET calls = request_counts.calls + excluded.calls
        """;

    // Of each only what still counts: those counted by the minute have fifteen times as many rows as that.
    private const string Ask = """
        SELECT c.key, c.beginning, c.calls FROM unnest($1, $2) AS wanted (key, since)
        JOIN request_counts c ON c.key = wanted.key AND c.beginning >= wanted.since
        """;

    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        counts.AreShared = !database.IsSingleProcess;
        while (counts.AreShared && !stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Every, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (await ExchangeAsync() == Step)
            {
                // There may be more.
            }
        }
    }

    private async Task<int> ExchangeAsync()
    {
        var keys = counts.TakeChanged(Step).ToDictionary(k => k.Text, k => k, StringComparer.Ordinal);
        List<(string Key, long Beginning, int Calls)> mine = [];
        List<(string Key, long Since)> wanted = [];
        foreach (var (text, key) in keys.OrderBy(k => k.Key, StringComparer.Ordinal)) // everybody in one order, or two would wait for each other
        {
            if (counts.Find(key) is { } count)
            {
                wanted.Add((text, count.Collect((beginning, calls) => mine.Add((text, beginning, calls)))));
            }
        }

        if (mine.Count == 0)
        {
            return 0;
        }

        try
        {
            await ExchangeAsync(keys, mine, wanted);
            _failing = false;
            return keys.Count;
        }
        catch (Exception e) when (e is DbException or TimeoutException or InvalidOperationException or IOException)
        {
            foreach (var (text, beginning, calls) in mine)
            {
                counts.Find(keys[text])?.PutBack(beginning, calls);
                counts.ChangedAgain(keys[text]);
            }

            if (!_failing)
            {
                Log.NotShared(logger, e);
            }

            _failing = true;
            return 0;
        }
    }

    private Task ExchangeAsync(
        Dictionary<string, LimitKey> keys, List<(string Key, long Beginning, int Calls)> mine, List<(string Key, long Since)> wanted) => database.RunAsync(async db =>
    {
        await db.Database.OpenConnectionAsync(CancellationToken.None);
        await using var batch = new NpgsqlBatch((NpgsqlConnection)db.Database.GetDbConnection()) { Timeout = Patience };
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Tell) { Parameters = { Texts(mine.Select(m => m.Key)), Numbers(mine.Select(m => m.Beginning)), Counts(mine.Select(m => m.Calls)) } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Ask) { Parameters = { Texts(wanted.Select(w => w.Key)), Numbers(wanted.Select(w => w.Since)) } });
        await using var reader = await batch.ExecuteReaderAsync();
        do
        {
            while (await reader.ReadAsync())
            {
                counts.Find(keys[reader.GetString(0)])?.Learn(reader.GetInt64(1), reader.GetInt32(2));
            }
        }
        while (await reader.NextResultAsync());
    });

    private static NpgsqlParameter Texts(IEnumerable<string> values) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlParameter Numbers(IEnumerable<long> values) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };

    private static NpgsqlParameter Counts(IEnumerable<int> values) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Replicas cannot tell each other how often callers called: until they can, each keeps the limits by itself")]
        public static partial void NotShared(ILogger logger, Exception e);
    }
}

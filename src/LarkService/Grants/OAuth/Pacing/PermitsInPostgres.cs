using LarkService.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace LarkService.Grants.OAuth.Pacing;

/// <summary>
/// All replicas count in the database, by its clock. Taking is one round trip: the lock, which makes replicas take turns for an
/// app, and the statement behind it are one transaction, and the statement sees what the one before it has committed.
/// </summary>
internal sealed class PermitsInPostgres(Database database) : ITokenCallPermits
{
    private const int Patience = 5; // seconds; a database that takes longer could not store a refresh either
    private const string Turn = "SELECT pg_advisory_xact_lock(hashtextextended('lark-token-calls/' || $1, 0))";

    private static readonly string TakeSql = $"""
        WITH now AS MATERIALIZED (
            SELECT ms / {TokenCallRule.SlotMilliseconds} AS slot, {TokenCallRule.SlotMilliseconds} - mod(ms, {TokenCallRule.SlotMilliseconds})::int AS rest
            FROM (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms) AS t),
        gone AS (
            DELETE FROM token_calls AS c USING now AS n
            WHERE c.app_id = $1 AND (c.slot <= n.slot - {TokenCallRule.MinuteSlots} OR c.slot > n.slot + {TokenCallRule.SlotsAhead})),
        made AS (
            SELECT coalesce(sum(c.calls) FILTER (WHERE c.slot > n.slot - {TokenCallRule.BurstSlots}), 0)::int AS burst,
                   coalesce(sum(c.calls) FILTER (WHERE c.slot > n.slot - {TokenCallRule.SecondSlots}), 0)::int AS second,
                   coalesce(sum(c.calls), 0)::int AS minute
            FROM token_calls AS c, now AS n
            WHERE c.app_id = $1 AND c.slot > n.slot - {TokenCallRule.MinuteSlots} AND c.slot <= n.slot + {TokenCallRule.SlotsAhead}),
        paused AS (
            SELECT coalesce(max(ceil(extract(epoch FROM p.until - clock_timestamp()) * 1000)), 0)::int AS ms
            FROM token_call_pauses AS p
            WHERE p.app_id = $1 AND p.until > clock_timestamp() AND p.until <= clock_timestamp() + interval '61 seconds'),
        granted AS (
            SELECT CASE WHEN paused.ms > 0 THEN 0 ELSE greatest(0, least($2, $3 - burst, $4 - second, $5 - minute)) END AS calls FROM made, paused),
        taken AS (
            INSERT INTO token_calls (app_id, slot, calls)
            SELECT $1, n.slot, g.calls FROM now AS n, granted AS g WHERE g.calls > 0
            ON CONFLICT (app_id, slot) DO UPDATE SET calls = token_calls.calls + excluded.calls)
        SELECT g.calls, CASE WHEN p.ms > 0 THEN least(p.ms, 250) ELSE n.rest END FROM granted AS g, paused AS p, now AS n
        """;

    private const string PauseSql = """
        INSERT INTO token_call_pauses AS p (app_id, until) VALUES ($1, clock_timestamp() + $2)
        ON CONFLICT (app_id) DO UPDATE SET until = CASE
            WHEN p.until > clock_timestamp() + interval '61 seconds' THEN excluded.until ELSE greatest(p.until, excluded.until) END
        """;

    private static readonly string GiveBackSql = $"""
        UPDATE token_calls SET calls = calls - 1
        WHERE app_id = $1 AND slot = (SELECT max(slot) FROM token_calls WHERE app_id = $1 AND calls > 0 AND slot <= floor(extract(epoch FROM clock_timestamp()) * {TokenCallRule.SlotsPerSecond})::bigint)
        """;

    public async ValueTask<TokenCallPermits> TakeAsync(string appId, int wanted, CallPriority priority, CancellationToken ct) => await RunAsync(
        [
            new(Turn) { Parameters = { Text(appId) } },
            new(TakeSql)
            {
                Parameters =
                {
                    Text(appId),
                    Number(wanted),
                    Number(TokenCallRule.Share(TokenCallRule.Burst, priority)),
                    Number(TokenCallRule.Share(TokenCallRule.PerSecond, priority)),
                    Number(TokenCallRule.Share(TokenCallRule.PerMinute, priority)),
                },
            },
        ],
        async batch =>
        {
            await using var reader = await batch.ExecuteReaderAsync(ct);
            await reader.NextResultAsync(ct);
            await reader.ReadAsync(ct);
            return new TokenCallPermits(reader.GetInt32(0), TimeSpan.FromMilliseconds(reader.GetInt32(1)));
        },
        ct);

    public Task PauseAsync(string appId, TimeSpan pause, CancellationToken ct) => RunAsync(
        [
            new(Turn) { Parameters = { Text(appId) } },
            new(PauseSql) { Parameters = { Text(appId), new NpgsqlParameter { Value = pause, NpgsqlDbType = NpgsqlDbType.Interval } } },
            new(GiveBackSql) { Parameters = { Text(appId) } },
        ],
        batch => batch.ExecuteNonQueryAsync(ct),
        ct);

    // A batch without a transaction of its own is sent as one.
    private Task<T> RunAsync<T>(NpgsqlBatchCommand[] commands, Func<NpgsqlBatch, Task<T>> run, CancellationToken ct) => database.RunAsync(async db =>
    {
        await db.Database.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch((NpgsqlConnection)db.Database.GetDbConnection()) { Timeout = Patience };
        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }

        return await run(batch);
    });

    private static NpgsqlParameter Text(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Number(int value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Integer };
}

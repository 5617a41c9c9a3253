using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Plans;

/// <summary>Tables as they are after some years: many rows, hardly any of them due.</summary>
internal static class ManyRows
{
    public const int Count = 20_000;

    public static readonly string[] Tables = ["user_grants", "authorization_sessions", "inbox_events", "outbox_messages", "parked_calls", "ai_turns", "ai_conversations", "audit_log", "webhook_deliveries", "idempotency_keys", "refresh_tokens", "request_counts", "sign_in_tries", "api_keys"];

    public static async Task FillAsync(TestDatabase database, Engine engine, string appId, int count = Count)
    {
        foreach (var insert in Inserts)
        {
            await database.ExecuteAsync($"""
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
                {(engine == Engine.Sqlite ? InSqlite(insert) : InPostgres(insert)).Replace("$app", appId, StringComparison.Ordinal)}
                """);
        }

        if (engine == Engine.Postgres)
        {
            // As the server does by itself in time; a statement that runs at that very moment keeps rows from being seen as settled.
            await Eventually.TrueAsync("settled rows", async () =>
            {
                await database.ExecuteAsync("VACUUM ANALYZE");
                return await database.CountAsync("pg_class", "relname = 'user_grants' AND relallvisible >= 0.9 * relpages") == 1;
            });
        }
    }

    // {x}: now, moved by so many days, and half a second later in each row; $uuid, $true and $app mean what they say
    private static readonly string[] Inserts =
    [
        """
        INSERT INTO user_grants (id, app_id, open_id, name, status, scopes, access_token, access_expires_at, access_issued_at, refresh_token, refresh_expires_at, granted_at, last_used_at, version)
        SELECT $uuid, '$app', 'ou_many' || i, 'Somebody', CASE WHEN i % 5 = 0 THEN 'revoked' ELSE 'active' END, 'offline_access', 'x$filler', {0.05}, {-0.03}, 'y$filler', {6} , {-100}, {-1}, 1 FROM n
        """,
        """
        INSERT INTO authorization_sessions (session_id, app_id, open_id, flow, origin, state, scopes, poll_seconds, only_visible, detailed, wrong_person_count, created_at, expires_at, completed_at)
        SELECT 'many' || i, '$app', 'ou_many' || (i % 5000), 'device', 'call', CASE WHEN i % 3 = 0 THEN 'expired' ELSE 'authorized' END, 'offline_access', 5, $false, $false, 0, {-2}, {-1.9}, {-1.95} FROM n
        """,
        """
        INSERT INTO inbox_events (event_id, app_id, event_type, ordering_key, position, state, attempts, due_at, created_at, handled_at)
        SELECT 'many' || i, '$app', 'im.message.receive_v1', 'oc_' || (i % 500), i, 'done', 1, {-1}, {-1}, {-1} FROM n
        """,
        """
        INSERT INTO outbox_messages (subscriber, key, payload, created_at, due_at, attempts, dead)
        SELECT 'gone/Gone', '$app/ou_many' || i, '{}', {-2}, {-1}, 8, $true FROM n
        """,
        """
        INSERT INTO parked_calls (id, kind, app_id, open_id, caller_id, state, scopes, place, due_at, held_back, attempts, rounds, created_at, finished_at)
        SELECT 'many' || i, CASE WHEN i % 2 = 0 THEN 'ai' ELSE 'operation' END, '$app', 'ou_many' || (i % 5000), CASE WHEN i % 2 = 0 THEN NULL ELSE 'key:1' END,
            CASE WHEN i % 4 = 0 THEN 'failed' ELSE 'succeeded' END, '', '{}', {-2}, $false, 0, 0, {-2}, {-0.5} FROM n
        """,
        """
        INSERT INTO idempotency_keys (id, caller_id, fingerprint, lease_until, answer, created_at)
        SELECT 'many' || i, 'key:1', 'x', {-0.5}, 'z$filler', {-0.5} FROM n
        """,
        """
        INSERT INTO ai_turns (message_id, app_id, open_id, chat_id, state, created_at, finished_at)
        SELECT 'many' || i, '$app', 'ou_many' || (i % 5000), 'oc_' || (i % 5000), 'answered', {-2}, {-2} FROM n
        """,
        """
        INSERT INTO ai_conversations (id, app_id, open_id, caller_id, aily_session_id, turn_id, turn_started_at, run_id, turn_is_open, reader, created_at, used_at)
        SELECT 'conv_many' || i, '$app', 'ou_many' || (i % 5000), 'key:1', 'session_many', 'many' || i, {-2}, 'run_many', $false, 'x', {-2}, {-2} FROM n
        """,
        """
        INSERT INTO webhook_deliveries (id, notice_id, type, url, app_id, open_id, body, state, attempts, due_at, created_at)
        SELECT 'dlv_many' || i, 'ntc_many' || i, 'grant.revoked', 'http://127.0.0.1:1/gone', '$app', 'ou_many' || (i % 5000), '{}', CASE WHEN i % 4 = 0 THEN 'dead' ELSE 'delivered' END, 1, {-1}, {-1} FROM n
        """,
        """
        INSERT INTO refresh_tokens (id, hash, account_id, family, expires_at) SELECT $uuid, 'many' || i, $uuid, $uuid, {20} FROM n
        """,
        """
        INSERT INTO request_counts (key, beginning, calls) SELECT 'many' || i, 4000000000000 + i, 1 FROM n
        """,
        """
        INSERT INTO sign_in_tries (key, at1) SELECT 'many' || i, 4000000000000 + i FROM n
        """,
        """
        INSERT INTO api_keys (id, name, prefix, hash, permissions, created_at, created_by) SELECT $uuid, 'many', CAST(10000000 + i AS TEXT), $bytes, '', {-2}, 'bootstrap' FROM n
        """,
        """
        INSERT INTO audit_log (number, at, actor, action, app_id, open_id, result, hash)
        SELECT 1000000 + i, {-2}, 'service', 'consent', '$app', 'ou_many' || (i % 5000), 'agreed', 'x' FROM n
        """,
    ];

    private static string InPostgres(string insert) => Common(insert, days => $"now() + interval '{days} days' + i * interval '0.5 seconds'")
        .Replace("$uuid", "gen_random_uuid()", StringComparison.Ordinal)
        .Replace("$bytes", "'x'::bytea", StringComparison.Ordinal)
        .Replace("$true", "true", StringComparison.Ordinal)
        .Replace("$false", "false", StringComparison.Ordinal);

    private static string InSqlite(string insert) => Common(insert, days => $"CAST((unixepoch() + 86400 * ({days})) * 1000 + i * 500 AS INTEGER)")
        .Replace("$uuid", "printf('%08X-0000-7000-8000-%012X', i, i)", StringComparison.Ordinal)
        .Replace("$bytes", "x'00'", StringComparison.Ordinal)
        .Replace("$true", "1", StringComparison.Ordinal)
        .Replace("$false", "0", StringComparison.Ordinal);

    private static string Common(string insert, Func<string, string> time) =>
        System.Text.RegularExpressions.Regex.Replace(insert, @"\{(-?[\d.]+)\}", m => time(m.Groups[1].Value)).Replace("$filler", new string('z', 900), StringComparison.Ordinal);
}

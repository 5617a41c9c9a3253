using System.Data.Common;
using LarkService.Data;
using Npgsql;
using NpgsqlTypes;

namespace LarkService.Events.Inbox;

/// <summary>Inserts a batch with one statement, and so in one round trip: every column travels as an array.</summary>
internal sealed class PostgresInboxWriter(Database database, TimeProvider clock) : InboxWriter(database, clock)
{
    private const string Sql =
        $"""
        INSERT INTO inbox_events ({Columns})
        SELECT r.event_id, r.dedupe_key, r.app_id, r.event_type, r.ordering_key, r.position, r.payload, 'received', 0, r.at, r.at
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS r (event_id, dedupe_key, app_id, event_type, ordering_key, position, payload, at)
        ON CONFLICT DO NOTHING
        RETURNING event_id
        """;

    private readonly NpgsqlParameter<string?[]>[] _texts = [.. Enumerable.Range(0, 6).Select(_ => new NpgsqlParameter<string?[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text })];
    private readonly NpgsqlParameter<long[]> _positions = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<DateTimeOffset[]> _times = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz };
    private NpgsqlCommand _insert = new();

    protected override async Task PrepareAsync(DbConnection connection, CancellationToken ct)
    {
        _insert.Parameters.Clear();
        _insert = new NpgsqlCommand(Sql, (NpgsqlConnection)connection) { CommandTimeout = (int)Limit.TotalSeconds };
        _insert.Parameters.AddRange(new NpgsqlParameter[] { _texts[0], _texts[1], _texts[2], _texts[3], _texts[4], _positions, _texts[5], _times });
        await _insert.PrepareAsync(ct);
    }

    protected override async Task InsertAsync(DbConnection connection, IReadOnlyList<NewEvent> rows, Action<NewEvent, Inserted, Exception?> tell, CancellationToken ct)
    {
        var sorted = rows.OrderBy(r => r.LockOrder, StringComparer.Ordinal).ToArray();
        try
        {
            Tell(sorted, await ExecuteAsync(sorted, ct), tell);
        }
        catch (Exception e) when (IsFaultOfRow(e))
        {
            foreach (var row in rows)
            {
                await InsertAloneAsync(row, tell, ct);
            }
        }
    }

    private async Task InsertAloneAsync(NewEvent row, Action<NewEvent, Inserted, Exception?> tell, CancellationToken ct)
    {
        try
        {
            Tell([row], await ExecuteAsync([row], ct), tell);
        }
        catch (Exception e) when (IsFaultOfRow(e))
        {
            tell(row, default, e);
        }
    }

    private static void Tell(NewEvent[] rows, HashSet<string> stored, Action<NewEvent, Inserted, Exception?> tell)
    {
        foreach (var row in rows)
        {
            tell(row, stored.Contains(row.EventId) ? Inserted.Stored : Inserted.Known, null);
        }
    }

    private async Task<HashSet<string>> ExecuteAsync(NewEvent[] rows, CancellationToken ct)
    {
        _texts[0].TypedValue = Array.ConvertAll(rows, string? (r) => r.EventId);
        _texts[1].TypedValue = Array.ConvertAll(rows, r => r.DedupeKey);
        _texts[2].TypedValue = Array.ConvertAll(rows, string? (r) => r.AppId);
        _texts[3].TypedValue = Array.ConvertAll(rows, string? (r) => r.EventType);
        _texts[4].TypedValue = Array.ConvertAll(rows, string? (r) => r.OrderingKey);
        _positions.TypedValue = Array.ConvertAll(rows, r => r.Position);
        _texts[5].TypedValue = Array.ConvertAll(rows, string? (r) => r.Payload);
        _times.TypedValue = Array.ConvertAll(rows, r => r.ReceivedAt);
        HashSet<string> stored = new(rows.Length, StringComparer.Ordinal);
        await using var reader = await _insert.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            stored.Add(reader.GetString(0));
        }

        return stored;
    }

    // Data that cannot be stored (22, 23), a deadlock (40), a text that is none: the others need not suffer for it.
    private static bool IsFaultOfRow(Exception e) => e is PostgresException { SqlState: ['2', '2' or '3', ..] or ['4', '0', ..] } or ArgumentException;
}

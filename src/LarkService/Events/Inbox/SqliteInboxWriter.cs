using System.Data.Common;
using LarkService.Data;
using Microsoft.Data.Sqlite;

namespace LarkService.Events.Inbox;

/// <summary>Inserts a batch row by row in one transaction, with one prepared statement: here a statement costs no round trip.</summary>
internal sealed class SqliteInboxWriter(Database database, TimeProvider clock) : InboxWriter(database, clock)
{
    private const string Sql =
        $"""
        INSERT INTO inbox_events ({Columns})
        VALUES ($event_id, $dedupe_key, $app_id, $event_type, $ordering_key, $position, $payload, 'received', 0, $at, $at)
        ON CONFLICT DO NOTHING
        """;

    // SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH
    private static readonly int[] FaultsOfRow = [18, 19, 20];

    private readonly Database _database = database;
    private SqliteCommand _insert = new();

    protected override Task PrepareAsync(DbConnection connection, CancellationToken ct)
    {
        var sqlite = (SqliteConnection)connection;
        sqlite.DefaultTimeout = (int)Limit.TotalSeconds;
        using (var settings = sqlite.CreateCommand())
        {
            // What is acknowledged must survive a power cut: every commit is flushed. And SQLite itself waits for a lock better than the driver.
            settings.CommandText = $"PRAGMA synchronous = FULL; PRAGMA busy_timeout = {(int)Limit.TotalMilliseconds}";
            settings.ExecuteNonQuery();
        }

        _insert = sqlite.CreateCommand();
        _insert.CommandText = Sql;
        foreach (var name in new[] { "$event_id", "$dedupe_key", "$app_id", "$event_type", "$ordering_key", "$position", "$payload", "$at" })
        {
            _insert.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        _insert.Prepare();
        return Task.CompletedTask;
    }

    protected override async Task InsertAsync(DbConnection connection, IReadOnlyList<NewEvent> rows, Action<NewEvent, Inserted, Exception?> tell, CancellationToken ct)
    {
        var outcomes = new List<(NewEvent Row, Inserted Outcome, Exception? Fault)>(rows.Count);
        using (await _database.TakeTurnAsync(ct))
        {
            await using var transaction = ((SqliteConnection)connection).BeginTransaction(deferred: false);
            _insert.Transaction = transaction;
            foreach (var row in rows)
            {
                outcomes.Add(Insert(row));
            }

            await transaction.CommitAsync(ct);
        }

        foreach (var (row, outcome, fault) in outcomes)
        {
            tell(row, outcome, fault);
        }
    }

    private (NewEvent Row, Inserted Outcome, Exception? Fault) Insert(NewEvent row)
    {
        var at = row.ReceivedAt.ToUnixTimeMilliseconds();
        object?[] values = [row.EventId, row.DedupeKey, row.AppId, row.EventType, row.OrderingKey, row.Position, row.Payload, at];
        for (var i = 0; i < values.Length; i++)
        {
            _insert.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        try
        {
            return (row, _insert.ExecuteNonQuery() == 1 ? Inserted.Stored : Inserted.Known, null);
        }
        catch (SqliteException e) when (FaultsOfRow.Contains(e.SqliteErrorCode))
        {
            return (row, default, e);
        }
    }
}

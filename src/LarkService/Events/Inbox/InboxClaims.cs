using System.Text.Json;
using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Events.Inbox;

/// <summary>
/// Claims work: runs of events that belong together (a chat), each run for one worker. A key is claimed whole or not at all, and
/// not while anybody holds an event of it or its first one waits for its next try; so order holds across replicas as well.
/// </summary>
internal sealed class InboxClaims(Database database, LeaseOwner owner, TimeProvider clock)
{
    private const int MostInRun = 32;

    /// <summary>A run ends behind so many characters: what is claimed lies in memory.</summary>
    private const int MostCharactersInRun = 64 * 1024;

    /// <summary>Keys looked at in one look.</summary>
    private const int MostKeys = 256;

    private string _lookedUpTo = "";

    /// <summary>The next look begins with the first key.</summary>
    public bool AtStart => _lookedUpTo.Length == 0;

    /// <summary>One look, going on round the keys where the last one ended.</summary>
    /// <param name="most">Runs to claim.</param>
    /// <param name="busy">Keys this process works on.</param>
    /// <param name="alsoOfOthers">Take what was leased by others and not renewed in time.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<List<List<InboxEvent>>> ClaimAsync(int most, Func<string, bool> busy, bool alsoOfOthers, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        await using var db = database.Open();
        var heads = await HeadsAsync(db, ct);
        List<string> keys = [];
        var looked = 0;
        for (; looked < heads.Count && keys.Count < most; looked++)
        {
            if (heads[looked].IsDue == 1 && !busy(heads[looked].Key))
            {
                keys.Add(heads[looked].Key);
            }
        }

        _lookedUpTo = looked == heads.Count && heads.Count < MostKeys ? "" : heads[looked - 1].Key;
        return keys.Count == 0 ? [] : await ClaimAsync(db, keys, () => alsoOfOthers && clock.GetElapsedTime(started) <= InboxLoop.LongLook, ct);
    }

    // A loose index scan: from one key to the next, however many events each of them has.
    private Task<List<Head>> HeadsAsync(LarkDbContext db, CancellationToken ct)
    {
        var now = InColumn(db, nameof(InboxEvent.DueAt), clock.GetUtcNow());
        return db.Database.SqlQuery<Head>(
            $"""
            WITH RECURSIVE keys (k, n) AS (
                SELECT (SELECT ordering_key FROM inbox_events WHERE state = 'received' AND ordering_key > {_lookedUpTo} ORDER BY ordering_key LIMIT 1), 1
                UNION ALL
                SELECT (SELECT ordering_key FROM inbox_events WHERE state = 'received' AND ordering_key > keys.k ORDER BY ordering_key LIMIT 1), keys.n + 1
                FROM keys WHERE keys.k IS NOT NULL AND keys.n < {MostKeys}
            )
            SELECT k AS "Key",
                (SELECT CASE WHEN due_at <= {now} THEN 1 ELSE 0 END FROM inbox_events WHERE state = 'received' AND ordering_key = keys.k ORDER BY position LIMIT 1) AS "IsDue"
            FROM keys WHERE k IS NOT NULL
            """).ToListAsync(ct);
    }

    private async Task<List<List<InboxEvent>>> ClaimAsync(LarkDbContext db, List<string> keys, Func<bool> alsoOfOthers, CancellationToken ct)
    {
        using var turn = await database.TakeTurnAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var events = await (database.IsSingleProcess ? FirstOnSqlite(db, keys) : FirstOnPostgres(db, await LockAsync(db, keys, ct))).AsNoTracking().ToListAsync(ct);
        var others = alsoOfOthers(); // what took us long did so to whoever renews, too
        var runs = events.GroupBy(e => e.OrderingKey, StringComparer.Ordinal).Select(g => Run([.. g.OrderBy(e => e.Position)], others)).Where(run => run.Count > 0).ToList();
        if (!await TryLeaseAsync(db, [.. runs.SelectMany(run => run)], ct))
        {
            return []; // disposing the transaction undoes it
        }

        await transaction.CommitAsync(ct);
        return runs;
    }

    // Whoever claims a key holds its lock until that is committed; the statement after this one sees what they did.
    private static Task<List<string>> LockAsync(LarkDbContext db, List<string> keys, CancellationToken ct) => db.Database.SqlQuery<string>(
        $"""SELECT k AS "Value" FROM unnest({keys.ToArray()}) AS k WHERE pg_try_advisory_xact_lock(hashtextextended(k, 0))""").ToListAsync(ct);

    private static IQueryable<InboxEvent> FirstOnPostgres(LarkDbContext db, List<string> keys) => db.Set<InboxEvent>().FromSql(
        $"""
        SELECT e.* FROM unnest({keys.ToArray()}) AS k CROSS JOIN LATERAL (
            SELECT *, sum(octet_length(payload)) OVER (ORDER BY position) - octet_length(payload) AS before FROM (
                SELECT * FROM inbox_events WHERE state = 'received' AND ordering_key = k ORDER BY position LIMIT {MostInRun}
            ) AS first
        ) AS e WHERE e.before <= {MostCharactersInRun}
        """);

    private static IQueryable<InboxEvent> FirstOnSqlite(LarkDbContext db, List<string> keys) => db.Set<InboxEvent>().FromSql(
        $"""
        SELECT e.* FROM json_each({JsonSerializer.Serialize(keys)}) AS k JOIN inbox_events AS e ON e.event_id IN (
            SELECT event_id FROM (
                SELECT event_id, sum(size) OVER (ORDER BY position) - size AS before FROM (
                    SELECT event_id, position, length(payload) AS size FROM inbox_events WHERE state = 'received' AND ordering_key = k.value ORDER BY position LIMIT {MostInRun}
                )
            ) WHERE before <= {MostCharactersInRun}
        )
        """);

    // An event that was tried before goes alone: should it bring the process down, it costs nobody else a try.
    private List<InboxEvent> Run(List<InboxEvent> first, bool alsoOfOthers)
    {
        var now = clock.GetUtcNow();
        if (first.Exists(e => e.DueAt > now || (!alsoOfOthers && e.LeaseOwner is not null && e.LeaseOwner != owner.Id)))
        {
            return [];
        }

        return first[0].Attempts > 0 ? [first[0]] : [.. first.TakeWhile(e => e.Attempts == 0)];
    }

    // The locks keep out other claims, but not an owner who renews late, nor one who writes how an event ended.
    private async Task<bool> TryLeaseAsync(LarkDbContext db, List<InboxEvent> events, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var until = now + InboxStore.Lease;
        var ids = events.ConvertAll(e => e.EventId);
        var leased = ids.Count == 0 ? 0 : await db.Set<InboxEvent>().Where(row => ids.Contains(row.EventId) && row.State == InboxState.Received && row.DueAt <= now).ExecuteUpdateAsync(
            u => u.SetProperty(row => row.DueAt, until).SetProperty(row => row.LeaseOwner, owner.Id).SetProperty(row => row.Attempts, row => row.Attempts + 1), ct);
        events.ForEach(e => e.Attempts++);
        return leased == ids.Count;
    }

    // A statement of our own bypasses the model's conversions (SQLite keeps times as milliseconds).
    private static object InColumn(LarkDbContext db, string property, object value) =>
        db.Model.FindEntityType(typeof(InboxEvent))!.FindProperty(property)!.GetTypeMapping().Converter?.ConvertToProvider(value) ?? value;

    /// <summary>The first event of a key.</summary>
    internal sealed record Head(string Key, int IsDue);
}

using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Events.Inbox;

/// <summary>Takes events in: once the row is committed the event can be acknowledged.</summary>
internal sealed class EventInbox(Database database, InboxSignal signal, TimeProvider clock)
{
    private long _lastPosition;

    /// <returns>False when it was there already.</returns>
    public async Task<bool> StoreAsync(LarkEvent received, ReadOnlyMemory<byte> json, CancellationToken ct)
    {
        var position = NextPosition(); // before anything is awaited: the order of arrival
        await using var db = database.Open();
        var stored = await InsertAsync(db, received, KeptPush.Of(json.Span), position, ct);
        if (stored)
        {
            signal.Wake();
        }

        return stored;
    }

    private async Task<bool> InsertAsync(LarkDbContext db, LarkEvent received, string payload, long position, CancellationToken ct)
    {
        var now = InColumn(db, nameof(InboxEvent.CreatedAt), clock.GetUtcNow());
        var state = InboxEvent.Text(InboxState.Received);
        var dedupeKey = InboxKeys.Dedupe(received);
        var orderingKey = InboxKeys.Ordering(received);
        return await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO inbox_events (event_id, dedupe_key, app_id, event_type, ordering_key, position, payload, state, attempts, due_at, created_at)
            VALUES ({received.EventId}, {dedupeKey}, {received.AppId}, {received.EventType}, {orderingKey}, {position}, {payload}, {state}, 0, {now}, {now})
            ON CONFLICT DO NOTHING
            """,
            ct) == 1;
    }

    // A statement of our own bypasses the model's conversions (SQLite keeps times as milliseconds).
    private static object InColumn(LarkDbContext db, string property, object value) =>
        db.Model.FindEntityType(typeof(InboxEvent))!.FindProperty(property)!.GetTypeMapping().Converter?.ConvertToProvider(value) ?? value;

    private long NextPosition()
    {
        var now = clock.GetUtcNow().UtcTicks;
        while (true)
        {
            var last = Interlocked.Read(ref _lastPosition);
            var next = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref _lastPosition, next, last) == last)
            {
                return next;
            }
        }
    }
}

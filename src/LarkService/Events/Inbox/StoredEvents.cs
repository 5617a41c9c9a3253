using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Events.Inbox;

/// <summary>Events that wait or were given up, for an operator: to be seen, and to be sent on their way again.</summary>
internal sealed class StoredEvents(Database database, InboxSignal signal, EventsMetrics metrics, TimeProvider clock)
{
    /// <summary>In the order of arrival, without their content: people wrote it.</summary>
    /// <param name="state">Received or dead; of done events only the id is left.</param>
    /// <param name="appId">Null: of all apps.</param>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="most">Length of the page.</param>
    /// <param name="ct">Ends it.</param>
    public Task<List<EventView>> ListAsync(InboxState state, string? appId, EventCursor after, int most, CancellationToken ct) => database.RunAsync(db => db.Set<InboxEvent>().AsNoTracking()
        .Where(e => e.State == state && (appId == null || e.AppId == appId))
        .Where(e => e.Position > after.Position || (e.Position == after.Position && e.EventId.CompareTo(after.EventId) > 0))
        .OrderBy(e => e.Position).ThenBy(e => e.EventId)
        .Take(most)
        .Select(e => new EventView(e.EventId, e.AppId, e.EventType, InboxEvent.Text(e.State), e.Attempts, e.LastError, e.CreatedAt, e.State == InboxState.Received ? e.DueAt : null, e.State == InboxState.Dead ? e.HandledAt : null)
        {
            Position = e.Position,
        })
        .ToListAsync(ct));

    /// <summary>A dead event is due again at once, with all its tries.</summary>
    public async Task<ReplayOutcome> ReplayAsync(string eventId, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open();
        var row = db.Set<InboxEvent>().Where(e => e.EventId == eventId);
        int replayed;
        using (await database.TakeTurnAsync(ct))
        {
            replayed = await row.Where(e => e.State == InboxState.Dead).ExecuteUpdateAsync(
                u => u.SetProperty(e => e.State, InboxState.Received).SetProperty(e => e.Attempts, 0).SetProperty(e => e.DueAt, now).SetProperty(e => e.HandledAt, (DateTimeOffset?)null), ct);
        }

        if (await row.AsNoTracking().FirstOrDefaultAsync(ct) is not { } found)
        {
            return new ReplayOutcome.Unknown();
        }

        if (replayed == 0)
        {
            return new ReplayOutcome.NotDead(InboxEvent.Text(found.State));
        }

        metrics.Count(found.EventType, EventOutcome.Replayed);
        signal.Wake();
        return new ReplayOutcome.Replayed(new(found.EventId, found.AppId, found.EventType, "received", 0, found.LastError, found.CreatedAt, now, null));
    }
}

/// <summary>What became of the wish to replay an event.</summary>
internal abstract record ReplayOutcome
{
    public sealed record Replayed(EventView Event) : ReplayOutcome;

    public sealed record Unknown : ReplayOutcome;

    public sealed record NotDead(string State) : ReplayOutcome;
}

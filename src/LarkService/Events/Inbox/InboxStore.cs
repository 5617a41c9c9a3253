using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Events.Inbox;

/// <summary>
/// The inbox as the dispatch sees it. A row belongs to whoever moved its due time into the future and put its name on it;
/// all that is written later is written only while the name stands.
/// </summary>
internal sealed class InboxStore(Database database, TimeProvider clock)
{
    /// <summary>When its owner has not been heard of for so long, an event goes to whoever looks next.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>How long a handled event's id is remembered; the platform's last push comes 7 h after the first.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromHours(48);

    /// <summary>This process, as it signs its leases.</summary>
    public string Owner { get; } = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");

    /// <summary>What may be worked on now: the oldest of each key, as long as it keeps order.</summary>
    public Task<List<InboxEvent>> DueAsync(int most, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return database.RunAsync(db =>
        {
            var events = db.Set<InboxEvent>();
            return events.AsNoTracking()
                .Where(e => e.State == InboxState.Received && e.DueAt <= now)
                .Where(e => !events.Any(older => older.OrderingKey == e.OrderingKey && older.State == InboxState.Received
                    && older.Position < e.Position && older.Attempts <= RetryLadder.AttemptsThatKeepOrder))
                .OrderBy(e => e.DueAt).ThenBy(e => e.Position)
                .Take(most)
                .ToListAsync(ct);
        });
    }

    /// <returns>False when somebody else was faster.</returns>
    public async Task<bool> ClaimAsync(InboxEvent e, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var claimed = await database.RunAsync(db => db.Set<InboxEvent>()
            .Where(row => row.EventId == e.EventId && row.State == InboxState.Received && row.DueAt <= now)
            .ExecuteUpdateAsync(u => u.SetProperty(row => row.DueAt, now + Lease).SetProperty(row => row.LeaseOwner, Owner).SetProperty(row => row.Attempts, row => row.Attempts + 1), ct)) == 1;
        e.Attempts += claimed ? 1 : 0;
        return claimed;
    }

    /// <returns>False when the lease has gone to somebody else.</returns>
    public async Task<bool> RenewAsync(InboxEvent e, CancellationToken ct)
    {
        var until = clock.GetUtcNow() + Lease;
        return await database.RunAsync(db => Mine(db, e).ExecuteUpdateAsync(u => u.SetProperty(row => row.DueAt, until), ct)) == 1;
    }

    public Task DoneAsync(InboxEvent e, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return database.RunAsync(db => Mine(db, e).ExecuteUpdateAsync(
            u => u.SetProperty(row => row.State, InboxState.Done).SetProperty(row => row.Payload, (string?)null).SetProperty(row => row.LeaseOwner, (string?)null)
                .SetProperty(row => row.HandledAt, now).SetProperty(row => row.DueAt, now + Remembered),
            ct));
    }

    /// <summary>After a failure: due again after the pause, or dead when there is none.</summary>
    public Task PutBackAsync(InboxEvent e, TimeSpan? pause, string error, CancellationToken ct)
    {
        var due = clock.GetUtcNow() + (pause ?? TimeSpan.Zero);
        var state = pause is null ? InboxState.Dead : InboxState.Received;
        return database.RunAsync(db => Mine(db, e).ExecuteUpdateAsync(
            u => u.SetProperty(row => row.State, state).SetProperty(row => row.DueAt, due).SetProperty(row => row.LeaseOwner, (string?)null).SetProperty(row => row.LastError, error),
            ct));
    }

    /// <summary>Given back unfinished because this process stops: due at once, and the try does not count.</summary>
    public Task ReleaseAsync(InboxEvent e, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return database.RunAsync(db => Mine(db, e).ExecuteUpdateAsync(
            u => u.SetProperty(row => row.DueAt, now).SetProperty(row => row.LeaseOwner, (string?)null).SetProperty(row => row.Attempts, row => row.Attempts - 1),
            ct));
    }

    /// <summary>On SQLite we are the only process, so every lease found at start is a dead predecessor's and need not run out.</summary>
    /// <returns>How many.</returns>
    public async Task<int> TakeOverAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open();
        return db is SqliteLarkDbContext
            ? await db.Set<InboxEvent>().Where(row => row.State == InboxState.Received && row.LeaseOwner != null)
                .ExecuteUpdateAsync(u => u.SetProperty(row => row.DueAt, now).SetProperty(row => row.LeaseOwner, (string?)null), ct)
            : 0;
    }

    public Task<int> CountAsync(InboxState state, CancellationToken ct) => database.RunAsync(db => db.Set<InboxEvent>().CountAsync(row => row.State == state, ct));

    /// <summary>Forgets handled events whose time is over.</summary>
    public Task<int> ForgetAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return database.RunAsync(db => db.Set<InboxEvent>().Where(row => row.State == InboxState.Done && row.DueAt <= now).ExecuteDeleteAsync(ct));
    }

    private IQueryable<InboxEvent> Mine(LarkDbContext db, InboxEvent e) =>
        db.Set<InboxEvent>().Where(row => row.EventId == e.EventId && row.LeaseOwner == Owner && row.State == InboxState.Received);
}

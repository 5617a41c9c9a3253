using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Events.Inbox;

/// <summary>
/// What is written about claimed events. An event belongs to whoever moved its due time into the future and put its name on it;
/// all that is written later is written only while the name stands.
/// </summary>
internal sealed class InboxStore(Database database, LeaseOwner owner, TimeProvider clock)
{
    /// <summary>When its owner has not been heard of for so long, an event goes to whoever looks next.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    /// <summary>Writes down how several events ended; those of one kind with one statement. Doing it again does no harm.</summary>
    public async Task EndAsync(IReadOnlyList<EventEnd> ends, CancellationToken ct)
    {
        using var turn = await database.TakeTurnAsync(ct);
        await using var db = database.Open();
        await DoneAsync(db, [.. ends.OfType<EventEnd.Done>().Select(end => end.Event.EventId)], ct);
        await ReleaseAsync(db, [.. ends.OfType<EventEnd.Released>().Select(end => end.Event.EventId)], ct);
        foreach (var failed in ends.OfType<EventEnd.Failed>())
        {
            await PutBackAsync(db, failed, ct);
        }
    }

    /// <summary>Stays the owner of these for another lease.</summary>
    /// <returns>Those whose lease has gone to somebody else.</returns>
    public async Task<IReadOnlyList<string>> RenewAsync(IReadOnlyList<string> ids, CancellationToken ct)
    {
        var until = clock.GetUtcNow() + Lease;
        using var turn = await database.TakeTurnAsync(ct);
        await using var db = database.Open();
        if (await Mine(db, ids).ExecuteUpdateAsync(u => u.SetProperty(row => row.DueAt, until), ct) == ids.Count)
        {
            return [];
        }

        return [.. ids.Except(await Mine(db, ids).Select(row => row.EventId).ToListAsync(ct), StringComparer.Ordinal)];
    }

    /// <summary>On SQLite we are the only process, so every lease found at start is a dead predecessor's and need not run out.</summary>
    /// <returns>How many.</returns>
    public Task<int> TakeOverAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return !database.IsSingleProcess ? Task.FromResult(0) : database.RunAsync(db => db.Set<InboxEvent>()
            .Where(row => row.State == InboxState.Received && row.LeaseOwner != null)
            .ExecuteUpdateAsync(u => u.SetProperty(row => row.DueAt, now).SetProperty(row => row.LeaseOwner, (string?)null), ct));
    }

    /// <summary>How much our clock is ahead of the database's. Leases are written by the clocks of all replicas.</summary>
    public async Task<TimeSpan> ClockAheadAsync(CancellationToken ct)
    {
        if (database.IsSingleProcess)
        {
            return TimeSpan.Zero;
        }

        var before = clock.GetUtcNow();
        var theirs = await database.RunAsync(db => db.Database.SqlQueryRaw<DateTimeOffset>("SELECT clock_timestamp() AS \"Value\"").SingleAsync(ct));
        return before + ((clock.GetUtcNow() - before) / 2) - theirs;
    }

    private async Task DoneAsync(LarkDbContext db, List<string> ids, CancellationToken ct)
    {
        if (ids.Count > 0)
        {
            var now = clock.GetUtcNow();
            await Mine(db, ids).ExecuteUpdateAsync(
                u => u.SetProperty(row => row.State, InboxState.Done).SetProperty(row => row.Payload, (string?)null)
                    .SetProperty(row => row.LeaseOwner, (string?)null).SetProperty(row => row.HandledAt, now),
                ct);
        }
    }

    private async Task ReleaseAsync(LarkDbContext db, List<string> ids, CancellationToken ct)
    {
        if (ids.Count > 0)
        {
            var now = clock.GetUtcNow();
            await Mine(db, ids).ExecuteUpdateAsync(
                u => u.SetProperty(row => row.DueAt, now).SetProperty(row => row.LeaseOwner, (string?)null).SetProperty(row => row.Attempts, row => row.Attempts - 1), ct);
        }
    }

    private Task PutBackAsync(LarkDbContext db, EventEnd.Failed failed, CancellationToken ct)
    {
        var e = failed.Event;
        var now = clock.GetUtcNow();
        var due = now + (failed.Pause ?? TimeSpan.Zero);
        var handledAt = failed.Pause is null ? now : (DateTimeOffset?)null;
        var state = failed.Pause is null ? InboxState.Dead : InboxState.Received;
        var key = RetryLadder.KeepsOrder(e.Attempts) ? e.OrderingKey : InboxKeys.Alone(e.AppId, e.EventId);
        return Mine(db, [e.EventId]).ExecuteUpdateAsync(
            u => u.SetProperty(row => row.State, state).SetProperty(row => row.DueAt, due).SetProperty(row => row.HandledAt, handledAt).SetProperty(row => row.OrderingKey, key)
                .SetProperty(row => row.LeaseOwner, (string?)null).SetProperty(row => row.LastError, failed.Error),
            ct);
    }

    private IQueryable<InboxEvent> Mine(LarkDbContext db, IReadOnlyList<string> ids) =>
        db.Set<InboxEvent>().Where(row => ids.Contains(row.EventId) && row.LeaseOwner == owner.Id && row.State == InboxState.Received);
}

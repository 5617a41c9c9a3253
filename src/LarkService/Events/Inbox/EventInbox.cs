using LarkService.Data;

namespace LarkService.Events.Inbox;

/// <summary>
/// Takes events in: once <see cref="StoreAsync"/> has returned, the event is committed and can be acknowledged. Events that come
/// at the same time share a commit. One writer commits them in the order they came, so of one chat no later event is ever seen
/// before an earlier one.
/// </summary>
internal sealed class EventInbox : IAsyncDisposable
{
    private const int Room = 1024;
    private const int MostRows = 256;
    private const int MostCharacters = 4 * 1024 * 1024;

    /// <summary>Pushes that wait to be stored, in bytes as they came.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    /// <summary>The platform has given up by then and will push again; who waited longer would hold up the clicks behind.</summary>
    private static readonly TimeSpan StoreLimit = TimeSpan.FromSeconds(3);

    private readonly GroupCommit<NewEvent, Inserted> _commits;
    private readonly InboxWriter _writer;
    private readonly InboxSignal _signal;
    private readonly InboxPace _pace;
    private readonly EventsMetrics _metrics;
    private readonly TimeProvider _clock;
    private long _lastPosition;
    private long _bytes;

    public EventInbox(InboxWriter writer, InboxSignal signal, InboxPace pace, EventsMetrics metrics, TimeProvider clock)
    {
        (_writer, _signal, _pace, _metrics, _clock) = (writer, signal, pace, metrics, clock);
        _commits = new(Room, MostRows, CommitAsync, e => e.Payload.Length, MostCharacters);
    }

    /// <summary>Called in the order of arrival; that order is fixed before anything is awaited.</summary>
    /// <returns>False when it was there already.</returns>
    public async Task<bool> StoreAsync(LarkEvent received, ReadOnlyMemory<byte> json, CancellationToken ct)
    {
        try
        {
            return Interlocked.Add(ref _bytes, json.Length) > MostBytes
                ? throw new InvalidOperationException("Too many bytes wait to be stored.")
                : await _commits.AddAsync(NewEvent.Of(received, json.Span, _clock.GetUtcNow()), StoreLimit, _clock, ct) == Inserted.Stored;
        }
        finally
        {
            Interlocked.Add(ref _bytes, -json.Length);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _commits.DisposeAsync();
        await _writer.DisposeAsync();
    }

    private async Task CommitAsync(IReadOnlyList<GroupCommit<NewEvent, Inserted>.Entry> batch)
    {
        var started = _clock.GetTimestamp();
        var byId = batch.ToLookup(entry => entry.Item.EventId, StringComparer.Ordinal);
        List<NewEvent> rows = new(byId.Count);
        foreach (var same in byId) // in the order of arrival
        {
            var first = same.First().Item;
            first.Position = NextPosition();
            rows.Add(first);
        }

        _pace.Storing(rows.Count);
        try
        {
            await _writer.InsertAsync(rows, (row, outcome, fault) => Tell(byId[row.EventId], outcome, fault));
        }
        finally
        {
            _pace.Stored(rows.Count);
        }

        _metrics.Committed(rows.Count, _clock.GetElapsedTime(started));
        _signal.Wake();
    }

    // The same event twice in one batch: the first is stored, the second is known by then.
    private static void Tell(IEnumerable<GroupCommit<NewEvent, Inserted>.Entry> same, Inserted outcome, Exception? fault)
    {
        foreach (var entry in same)
        {
            _ = fault is null ? entry.TrySetResult(outcome) : entry.TrySetException(fault);
            outcome = Inserted.Known;
        }
    }

    // Time and not a counter, so that replicas and restarts go on where others were.
    private long NextPosition() => _lastPosition = Math.Max(_clock.GetUtcNow().UtcTicks, _lastPosition + 1);
}

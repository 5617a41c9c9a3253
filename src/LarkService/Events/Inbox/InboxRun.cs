namespace LarkService.Events.Inbox;

/// <summary>Claimed events of one key, in order, and which of them are still ours to end.</summary>
/// <param name="events">At least one.</param>
/// <param name="since">Timestamp of a moment before the lease on them was written.</param>
/// <param name="clock">Measures its age.</param>
internal sealed class InboxRun(List<InboxEvent> events, long since, TimeProvider clock) : IDisposable
{
    /// <summary>A lease this old may be over before a handler has begun: it leaves time for a slow write and clocks that differ.</summary>
    private static readonly TimeSpan SafeAge = InboxStore.Lease - TimeSpan.FromSeconds(2);

    private readonly List<InboxEvent> _held = [.. events];
    private readonly HashSet<InboxEvent> _ending = [];
    private readonly CancellationTokenSource _lost = new();

    public string Key { get; } = events[0].OrderingKey;

    public IReadOnlyList<InboxEvent> Events => events;

    /// <summary>Ends when an event of it belongs to somebody else, and with it all that come after.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Nobody else can have taken any of it, however long this process was stopped or the database away.</summary>
    public bool IsSafe
    {
        get
        {
            lock (_held)
            {
                return clock.GetElapsedTime(since) < SafeAge;
            }
        }
    }

    /// <summary>Its leases were renewed. One that had run out stays so: an event of it that is over for us may be somebody else's.</summary>
    /// <param name="before">Timestamp of a moment before that was written.</param>
    public void Renewed(long before)
    {
        lock (_held)
        {
            since = clock.GetElapsedTime(since, before) < SafeAge ? before : since;
        }
    }

    /// <summary>What is not ended yet.</summary>
    public List<InboxEvent> Held()
    {
        lock (_held)
        {
            return [.. _held];
        }
    }

    /// <summary>How it ended is about to be written. From then on it may not be ours without being lost.</summary>
    public void Ending(InboxEvent e)
    {
        lock (_held)
        {
            _ending.Add(e);
        }
    }

    public void Ended(InboxEvent e)
    {
        lock (_held)
        {
            _held.Remove(e);
        }
    }

    /// <returns>False when it was over anyway, or as good as that.</returns>
    public bool Lose(InboxEvent e)
    {
        lock (_held)
        {
            if (!_held.Contains(e) || _ending.Contains(e))
            {
                return false;
            }

            _held.Clear();
            _ = _lost.CancelAsync(); // whoever listens does so elsewhere
            return true;
        }
    }

    public void Dispose()
    {
        lock (_held)
        {
            _held.Clear(); // nothing can be lost any more
            _lost.Dispose();
        }
    }
}

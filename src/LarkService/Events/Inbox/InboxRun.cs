namespace LarkService.Events.Inbox;

/// <summary>Claimed events of one key, in order, and which of them are still ours to end.</summary>
internal sealed class InboxRun(List<InboxEvent> events) : IDisposable
{
    private readonly List<InboxEvent> _held = [.. events];
    private readonly CancellationTokenSource _lost = new();

    public string Key { get; } = events[0].OrderingKey;

    public IReadOnlyList<InboxEvent> Events => events;

    /// <summary>Ends when an event of it belongs to somebody else, and with it all that come after.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>What is not ended yet.</summary>
    public List<InboxEvent> Held()
    {
        lock (_held)
        {
            return [.. _held];
        }
    }

    public void Ended(InboxEvent e)
    {
        lock (_held)
        {
            _held.Remove(e);
        }
    }

    /// <returns>False when it was over anyway.</returns>
    public bool Lose(InboxEvent e)
    {
        lock (_held)
        {
            if (!_held.Contains(e))
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

namespace LarkSandbox.LongConnection;

/// <summary>What became of one event.</summary>
internal sealed class Delivery(string eventId, string eventType)
{
    private int _attempts;

    public string EventId => eventId;

    public string EventType => eventType;

    /// <summary>How often it was tried, whether or not anybody was connected.</summary>
    public int Attempts => Volatile.Read(ref _attempts);

    public bool Acked { get; set; }

    /// <summary>The ladder is exhausted.</summary>
    public bool GaveUp { get; set; }

    public void Tried() => Interlocked.Increment(ref _attempts);
}

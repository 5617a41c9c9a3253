namespace LarkService.Events.Inbox;

/// <summary>An event on its way into the inbox.</summary>
/// <param name="EventId">The platform's id.</param>
/// <param name="DedupeKey">See <see cref="InboxEvent.DedupeKey"/>.</param>
/// <param name="AppId">The app it came to.</param>
/// <param name="EventType">Its type.</param>
/// <param name="OrderingKey">What it stays in order with.</param>
/// <param name="Payload">The push as it is kept.</param>
/// <param name="ReceivedAt">When it came.</param>
internal sealed record NewEvent(string EventId, string? DedupeKey, string AppId, string EventType, string OrderingKey, string Payload, DateTimeOffset ReceivedAt)
{
    /// <summary>Order of arrival; given when it is written.</summary>
    public long Position { get; set; }

    /// <summary>
    /// Two replicas that insert overlapping sets in this order cannot wait for each other in a circle: the same event has the
    /// same key on both, and so has the same message under another event's id.
    /// </summary>
    public string LockOrder => DedupeKey ?? EventId;

    public static NewEvent Of(LarkEvent received, ReadOnlySpan<byte> json, DateTimeOffset now) =>
        new(received.EventId, InboxKeys.Dedupe(received), received.AppId, received.EventType, InboxKeys.Ordering(received), KeptPush.Of(json), now);
}

/// <summary>What became of a row.</summary>
internal enum Inserted
{
    /// <summary>Committed.</summary>
    Stored,

    /// <summary>It, or the message it is about, was there already.</summary>
    Known,
}

namespace LarkService.LongConnection;

/// <summary>Where the payloads of a connection go: events and callbacks, as JSON.</summary>
internal interface IPayloadSink
{
    /// <summary>
    /// Called for many payloads at a time, for those of one connection in the order they came; what happens before the first
    /// await holds up reading, so it must be short. The platform waits 3 s for the answer; an exception counts as <see cref="PayloadAnswer.Failed"/>.
    /// </summary>
    /// <param name="payload">What was pushed.</param>
    /// <param name="ct">Ends when the service stops and its patience with what is in hand is over.</param>
    Task<PayloadAnswer> ReceiveAsync(LarkPayload payload, CancellationToken ct);
}

/// <summary>One push of the platform, put together.</summary>
/// <param name="AppId">The app on whose connection it came.</param>
/// <param name="MessageId">The push's id on the wire; another try of the platform has another.</param>
/// <param name="Json">UTF-8, not checked.</param>
/// <param name="ReceivedAt">When it was complete: a <see cref="TimeProvider.GetTimestamp"/>.</param>
internal sealed record LarkPayload(string AppId, string MessageId, ReadOnlyMemory<byte> Json, long ReceivedAt);

/// <summary>What the platform is told about a payload.</summary>
internal abstract record PayloadAnswer
{
    /// <summary>What it turned out to be; a label of metrics.</summary>
    public PayloadKind Kind { get; init; }

    /// <summary>Called once the answer is on its way, or cannot be sent any more. It must return at once.</summary>
    public Action? Afterwards { get; init; }

    /// <param name="Data">The callback's response as UTF-8 JSON; null when there is nothing to say.</param>
    public sealed record Ok(ReadOnlyMemory<byte>? Data = null) : PayloadAnswer;

    /// <summary>Not taken: the platform pushes an event again, and shows an error for a callback.</summary>
    /// <param name="Refusal">In one word why it is not taken however often it comes; null when another try may do better.</param>
    public sealed record Failed(string? Refusal = null) : PayloadAnswer;

    /// <summary>Nothing is sent.</summary>
    public sealed record NoAnswer : PayloadAnswer;
}

/// <summary>The two kinds of payload.</summary>
internal enum PayloadKind
{
    /// <summary>Something happened.</summary>
    Event,

    /// <summary>A person waits for the answer.</summary>
    Callback,
}

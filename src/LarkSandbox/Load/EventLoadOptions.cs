namespace LarkSandbox.Load;

/// <summary>How much is pushed, and of what: messages in groups that do not mention the bot, so a client stores and acknowledges them and says nothing.</summary>
internal sealed record EventLoadOptions
{
    /// <summary>Different events, each with ids of its own. 1 to 1,000,000; default 20,000.</summary>
    public int Events { get; init; } = 20_000;

    /// <summary>Size of each payload; the text is padded. 1,000 to 2,000,000; default 2 KB.</summary>
    public int Bytes { get; init; } = 2048;

    /// <summary>Events that wait for their ack at a time, over all connections. 1 to 1,000; default 64.</summary>
    public int InFlight { get; init; } = 64;

    /// <summary>Chats the messages are spread over, in turn. 1 to 100,000; default 100.</summary>
    public int Chats { get; init; } = 100;

    /// <summary>So many of 100 events are pushed twice at the same time. 0 to 100; default 0.</summary>
    public int DuplicatePercent { get; init; }

    /// <returns>A sentence about the first value that is out of range; null when all are fine.</returns>
    public string? Problem() => this switch
    {
        { Events: < 1 or > 1_000_000 } => "events must be between 1 and 1000000.",
        { Bytes: < 1000 or > 2_000_000 } => "bytes must be between 1000 and 2000000.",
        { InFlight: < 1 or > 1000 } => "inFlight must be between 1 and 1000.",
        { Chats: < 1 or > 100_000 } => "chats must be between 1 and 100000.",
        { DuplicatePercent: < 0 or > 100 } => "duplicatePercent must be between 0 and 100.",
        _ => null,
    };
}

namespace LarkSandbox.Load;

/// <summary>Clicks at a fixed rate on the cards in private chats that have a button with this action, in turn.</summary>
internal sealed record ClickLoadOptions
{
    /// <summary>1 to 1,000,000; default 2,000.</summary>
    public int Clicks { get; init; } = 2000;

    /// <summary>1 to 10,000; default 200.</summary>
    public int PerSecond { get; init; } = 200;

    /// <summary>The <c>action</c> in the button's value.</summary>
    public string Action { get; init; } = "consent.open";

    /// <returns>A sentence about the first value that is out of range; null when all are fine.</returns>
    public string? Problem() => this switch
    {
        { Clicks: < 1 or > 1_000_000 } => "clicks must be between 1 and 1000000.",
        { PerSecond: < 1 or > 10_000 } => "perSecond must be between 1 and 10000.",
        { Action: null or "" } => "action is required.",
        _ => null,
    };
}

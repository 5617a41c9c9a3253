namespace LarkSandbox.Network;

/// <summary>How the line between service and platform is; the same in each direction. What is left alone is a perfect line.</summary>
internal sealed record NetworkConditions
{
    public static readonly NetworkConditions Perfect = new();

    /// <summary>Every piece arrives so much later.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>And up to so much later still, at random. TCP keeps the order.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>So many bytes pass in a second; null = as many as come.</summary>
    public int? BytesPerSecond { get; init; }

    /// <summary>Nothing passes any more, on lines that are open and on new ones, and nobody is told: no FIN, no RST.</summary>
    public bool Silent { get; init; }

    /// <summary>Nobody listens: a new connection is refused by the operating system.</summary>
    public bool RefuseConnects { get; init; }
}

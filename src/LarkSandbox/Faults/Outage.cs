namespace LarkSandbox.Faults;

/// <summary>The platform is not there for a while.</summary>
internal abstract record Outage(DateTimeOffset Until)
{
    /// <summary>The server is gone: nobody listens, every call ends without an answer. It comes back without its tickets.</summary>
    public sealed record Restart(DateTimeOffset Until) : Outage(Until);

    /// <summary>Announced: connections are closed in order and the endpoint says that it is busy: with code 1, or with HTTP 503.</summary>
    public sealed record Maintenance(DateTimeOffset Until, bool Http503) : Outage(Until);
}

namespace LarkService.LongConnection;

/// <summary>Where one connection stands; each phase carries what its step needs. <c>Failures</c> counts those in a row.</summary>
internal abstract record ConnectionPhase
{
    /// <summary>Asks for an address, then shakes hands.</summary>
    public sealed record Connecting(int Failures) : ConnectionPhase;

    /// <summary>Frames flow, heartbeats run. Failures are forgiven after some time of health, not at once.</summary>
    public sealed record Connected(OpenConnection Connection, int Failures) : ConnectionPhase;

    /// <summary>Waits, then tries again.</summary>
    public sealed record BackingOff(int Failures, Disconnect Reason, TimeSpan Delay) : ConnectionPhase;

    /// <summary>Told to the operator; knocks once a minute.</summary>
    public sealed record Degraded(int Failures, Disconnect Reason) : ConnectionPhase;

    /// <summary>The platform allows no further connection; knocks once a minute, to take over when another ends. No alarm.</summary>
    public sealed record StandingBy(Disconnect Reason) : ConnectionPhase;

    /// <summary>The service has stopped, or stops.</summary>
    public sealed record Stopped : ConnectionPhase;

    /// <summary>Why there is no connection; null where there is one or the first is on its way.</summary>
    public Disconnect? Why => this switch
    {
        BackingOff backingOff => backingOff.Reason,
        Degraded degraded => degraded.Reason,
        StandingBy standingBy => standingBy.Reason,
        _ => null,
    };

    public int FailuresInARow => this switch
    {
        Connecting connecting => connecting.Failures,
        Connected connected => connected.Failures,
        BackingOff backingOff => backingOff.Failures,
        Degraded degraded => degraded.Failures,
        _ => 0,
    };

    /// <summary>The phase's name for people.</summary>
    public string Word => this switch
    {
        Connecting => "connecting",
        Connected => "open",
        BackingOff => "waiting to try again",
        Degraded => "degraded",
        StandingBy => "standing by",
        _ => "stopped",
    };
}

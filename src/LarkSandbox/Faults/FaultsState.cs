namespace LarkSandbox.Faults;

/// <summary>Every fault as it is set now, for pages and tests. Times are in milliseconds.</summary>
/// <param name="Calm">Nothing is set and nothing is planned.</param>
/// <param name="Network">The line.</param>
/// <param name="Frames">What frames suffer.</param>
/// <param name="Endpoint">Refusals of the endpoint that are still to come.</param>
/// <param name="Handshake">Refusals of handshakes that are still to come.</param>
/// <param name="Outage">The platform is not there.</param>
/// <param name="Planned">Faults that wait for a call.</param>
/// <param name="Limit">Connections the app may hold at once.</param>
internal sealed record FaultsState(
    bool Calm,
    NetworkView Network,
    FramesView Frames,
    RefusalView? Endpoint,
    RefusalView? Handshake,
    OutageView? Outage,
    IReadOnlyList<PlannedView> Planned,
    int Limit);

/// <param name="Relay">New connections pass the relay.</param>
/// <param name="Address">Where it listens; null while it refuses.</param>
/// <param name="Lines">Connections that pass it.</param>
/// <param name="Vanished">Those of them on which nothing passes any more.</param>
/// <param name="Silenced">Connections that are silent for a while.</param>
/// <param name="LatencyMs">Added in each direction.</param>
/// <param name="JitterMs">And up to so much more.</param>
/// <param name="BytesPerSecond">In each direction; null = unlimited.</param>
/// <param name="Silent">Nothing passes, on any line.</param>
/// <param name="RefuseConnects">Nobody listens.</param>
internal sealed record NetworkView(
    bool Relay, string? Address, int Lines, int Vanished, int Silenced, int LatencyMs, int JitterMs, int? BytesPerSecond, bool Silent, bool RefuseConnects);

/// <param name="PushLoss">Percent.</param>
/// <param name="AckLoss">Percent.</param>
/// <param name="PongLoss">Percent.</param>
/// <param name="Duplicates">Percent of events that come twice.</param>
/// <param name="DuplicateNext">So many of the next events come twice.</param>
/// <param name="ReorderMs">Pushes overtake each other within so long.</param>
/// <param name="SplitAbove">Payloads above so many bytes are split.</param>
/// <param name="ReorderPackets">The last packet of a split payload comes first.</param>
/// <param name="Pong">What pongs carry instead of the configuration.</param>
internal sealed record FramesView(
    double PushLoss, double AckLoss, double PongLoss, double Duplicates, int DuplicateNext, int ReorderMs, int? SplitAbove, bool ReorderPackets, string? Pong);

/// <param name="Code">What is answered, in short.</param>
/// <param name="Times">So many times still.</param>
internal sealed record RefusalView(string Code, int Times);

/// <param name="Kind"><c>restart</c> or <c>maintenance</c>.</param>
/// <param name="Answer">What the endpoint says meanwhile.</param>
/// <param name="Until">When it is over, in milliseconds since 1970.</param>
internal sealed record OutageView(string Kind, string Answer, long Until);

/// <param name="Kind"><c>fail</c>, <c>delay</c> or <c>loseAnswer</c>.</param>
/// <param name="PathPrefix">Of the calls it waits for.</param>
/// <param name="Left">So many calls still.</param>
internal sealed record PlannedView(string Kind, string PathPrefix, int Left);

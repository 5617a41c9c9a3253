using System.Globalization;
using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;
using LarkSandbox.Network;

namespace LarkSandbox.Faults;

/// <summary>Looks at everything that is set and says it in one piece.</summary>
internal sealed class FaultStates(SandboxOptions options, FaultBoard board, Outages outages, Relay relay, Connections connections)
{
    public FaultsState Now()
    {
        var state = new FaultsState(false, Network(), Frames(), Endpoint(), Handshake(), Outage(), [.. board.Planned.Select(View)], connections.Limit);
        return state with { Calm = IsCalm(state) };
    }

    private bool IsCalm(FaultsState state) =>
        relay.Conditions == NetworkConditions.Perfect
        && board.Frames == FrameConditions.Perfect
        && state is { Endpoint: null, Handshake: null, Outage: null, Planned.Count: 0, Network: { Vanished: 0, Silenced: 0 }, Frames: { DuplicateNext: 0, Pong: null } }
        && (state.Limit, state.Frames.SplitAbove, state.Frames.ReorderPackets) == (options.MaxConnections, options.SplitAbove, options.ReorderPackets);

    private NetworkView Network()
    {
        var (now, lines) = (relay.Conditions, relay.Lines);
        return new(
            relay.InUse,
            relay.IsListening ? relay.Address : null,
            lines.Count,
            lines.Count(l => l.IsVanished),
            connections.Open.Count(c => c.IsSilent),
            (int)now.Latency.TotalMilliseconds,
            (int)now.Jitter.TotalMilliseconds,
            now.BytesPerSecond,
            now.Silent,
            now.RefuseConnects);
    }

    private FramesView Frames() => new(
        board.Frames.PushLoss,
        board.Frames.AckLoss,
        board.Frames.PongLoss,
        board.Frames.Duplicates,
        board.DuplicatesLeft,
        (int)board.Frames.ReorderWithin.TotalMilliseconds,
        board.SplitAbove,
        board.ReorderPackets,
        board.PongPayload);

    private RefusalView? Endpoint() => board.EndpointRefusal is { } refusal ? new(refusal.Code.ToString(CultureInfo.InvariantCulture), refusal.Times) : null;

    private RefusalView? Handshake() => board.HandshakeRefusal is { } refusal ? new(refusal.Refusal.ToString(), refusal.Times) : null;

    private OutageView? Outage() => outages.Now switch
    {
        Outage.Restart restart => new("restart", "no answer", restart.Until.ToUnixTimeMilliseconds()),
        Outage.Maintenance maintenance => new("maintenance", maintenance.Http503 ? "HTTP 503" : "code 1", maintenance.Until.ToUnixTimeMilliseconds()),
        _ => null,
    };

    private static PlannedView View(PlannedFault fault) => new(
        fault switch { PlannedFault.Fail => "fail", PlannedFault.Delay => "delay", _ => "loseAnswer" }, fault.PathPrefix, fault.Left);
}

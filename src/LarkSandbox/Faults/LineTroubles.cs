using LarkSandbox.LongConnection;
using LarkSandbox.Network;

namespace LarkSandbox.Faults;

/// <summary>What happens to single lines of the relay. Connections that came here directly are left alone.</summary>
internal sealed class LineTroubles(Connections connections, Relay relay)
{
    public IReadOnlyList<string> Vanish(string? connection) =>
        Each(connection, "vanished", "Nothing passes any more, in either direction, and nobody was told: the sockets stay open.", line => line.Vanish());

    public IReadOnlyList<string> Cut(string? connection) => Each(connection, "cut", "The line was cut with an RST.", line => line.Cut());

    public IReadOnlyList<string> HalfClose(string? connection) =>
        Each(connection, "half-closed", "The service got a FIN; what it sends still arrives.", line => line.HalfClose());

    /// <summary>Lines on which nothing passes any more get an RST, as when the network is back and knows nothing of them.</summary>
    public void CutVanished()
    {
        foreach (var line in relay.Lines.Where(l => l.IsVanished))
        {
            line.Cut();
        }
    }

    private List<string> Each(string? connection, string what, string detail, Action<RelayLine> act)
    {
        relay.InUse = true;
        var hit = new List<string>();
        foreach (var open in connections.Open.Where(c => (connection is null || c.Id == connection) && c.Line is not null))
        {
            act(open.Line!);
            connections.Tell(open.Id, what, detail);
            hit.Add(open.Id);
        }

        return hit;
    }
}

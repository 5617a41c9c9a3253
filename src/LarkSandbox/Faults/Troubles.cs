using LarkSandbox.Access;
using LarkSandbox.Chat;
using LarkSandbox.LongConnection;
using LarkSandbox.Network;
using LarkSandbox.OAuth;
using LarkSandbox.Wire;

namespace LarkSandbox.Faults;

/// <summary>Everything that can go wrong, on demand.</summary>
internal sealed class Troubles(
    FaultBoard board,
    Outages outages,
    LineTroubles lines,
    FaultStates states,
    Relay relay,
    Connections connections,
    TokenVault vault,
    TenantTokens tenantTokens,
    AppScopes appScopes,
    People people,
    WireLog wire)
{
    /// <summary>Faults that wait for the next matching call, and how payloads are split.</summary>
    public FaultBoard Board => board;

    /// <summary>How the line to the platform is. The first trouble puts the relay in front of new connections.</summary>
    public NetworkConditions Network
    {
        get => relay.Conditions;
        set => relay.Conditions = value;
    }

    /// <summary>What frames suffer that the line would have carried.</summary>
    public FrameConditions Frames
    {
        get => board.Frames;
        set => board.Frames = value;
    }

    /// <summary>A reminder while connections are open that no trouble of the line can reach.</summary>
    public string DirectNote => connections.Open.Any(c => c.Line is null) ? " Connections opened before pass no relay: drop them once." : "";

    /// <summary>Everything that is set now.</summary>
    public FaultsState State() => states.Now();

    /// <summary>All is well again; nothing is planned any more.</summary>
    public void Reset()
    {
        board.Reset();
        appScopes.Reset();
        outages.End();
        relay.Conditions = NetworkConditions.Perfect;
        lines.CutVanished();
        connections.EndSilence();
        connections.ResetLimit();
        connections.Changed();
    }

    /// <summary>Nothing passes any more on one connection of the relay, or on all, for good and without a word; returns which.</summary>
    public IReadOnlyList<string> Vanish(string? connection = null) => lines.Vanish(connection);

    /// <summary>Cuts one connection of the relay, or all, with an RST; returns which.</summary>
    public IReadOnlyList<string> Cut(string? connection = null) => lines.Cut(connection);

    /// <summary>Closes the half of one connection of the relay, or of all, that leads to the service; returns which.</summary>
    public IReadOnlyList<string> HalfClose(string? connection = null) => lines.HalfClose(connection);

    /// <summary>The next handshakes are refused so; null = no more.</summary>
    public void RefuseHandshake(HandshakeRefusal? refusal, int times = 1) => board.RefuseHandshake(refusal, times);

    /// <summary>The server is gone for so long and forgets its tickets, but no token; returns how many connections were cut.</summary>
    public int Restart(TimeSpan away) => outages.Restart(away);

    /// <summary>Connections are closed in order, the endpoint answers code 1 or HTTP 503 for so long; returns how many were closed.</summary>
    public int Maintain(TimeSpan span, bool http503 = false) => outages.Maintain(span, http503);

    /// <summary>So many connections at once; null = as the options say.</summary>
    public void Limit(int? most)
    {
        if (most is { } number)
        {
            connections.Limit = number;
        }
        else
        {
            connections.ResetLimit();
        }

        connections.Changed();
    }

    /// <summary>Cuts every socket; returns how many.</summary>
    public int DropConnections() => connections.DropAll("The line was cut on purpose.");

    /// <summary>Nothing passes on the open sockets for a while, yet they stay open; returns how many.</summary>
    public int Silence(TimeSpan span) => connections.Silence(span);

    /// <summary>The person's access tokens are expired now; their refresh token still works.</summary>
    public int ExpireTokens(string openId)
    {
        Tell($"access tokens of {openId} expired", "The access token ran out; the service should refresh it and nobody should notice.");
        return vault.ExpireAccess(openId);
    }

    /// <summary>The person's refresh tokens are expired now (20037).</summary>
    public int ExpireRefreshTokens(string openId) => vault.ExpireRefresh(openId);

    /// <summary>All app tokens are invalid now (99991663).</summary>
    public void ExpireTenantTokens() => tenantTokens.ExpireAll();

    /// <summary>A consent is taken back: the tokens named are dead and the event is pushed; returns how many tokens.</summary>
    public int RevokeGrant(string openId, string reason = "Revoked by user action.", string types = "user_access_token refresh_token")
    {
        Tell($"grant of {openId} revoked", "The consent was taken back; the service hears of it by an event.");
        var revoked = types.Contains("refresh_token", StringComparison.Ordinal) ? vault.RevokeAll(openId) : vault.RevokeAccess(openId);
        people.Revoked(openId, reason, types);
        return revoked;
    }

    /// <summary>The person leaves the company: every token is dead, nobody can write to them, and the event is pushed.</summary>
    public int Leave(string openId)
    {
        Tell($"{openId} left the company", "Somebody is gone; the service hears of it by an event and asks them nothing any more.");
        var revoked = vault.RevokeAll(openId);
        people.Left(openId);
        return revoked;
    }

    private void Tell(string title, string explain) => wire.Add(() => new WireEntry
    {
        Channel = "http",
        Direction = "to-service",
        Kind = "fault",
        Title = title,
        Explain = explain,
    });
}

using LarkSandbox.Chat;
using LarkSandbox.LongConnection;
using LarkSandbox.OAuth;
using LarkSandbox.Wire;

namespace LarkSandbox.Faults;

/// <summary>Everything that can go wrong, on demand.</summary>
internal sealed class Troubles(FaultBoard board, Connections connections, TokenVault vault, TenantTokens tenantTokens, People people, WireLog wire)
{
    /// <summary>Faults that wait for the next matching call, and how payloads are split.</summary>
    public FaultBoard Board => board;

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

    /// <summary>The person takes their consent back: every token is dead and the event is pushed.</summary>
    public int RevokeGrant(string openId, string reason = "Revoked by user action.")
    {
        Tell($"grant of {openId} revoked", "The person took their consent back; the service hears of it by an event.");
        var revoked = vault.RevokeAll(openId);
        people.Revoked(openId, reason);
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

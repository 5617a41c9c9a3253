namespace LarkService.LongConnection;

/// <summary>A connection after its handshake.</summary>
internal sealed record OpenConnection(ILarkSocket Socket, ConnectionAddress Address);

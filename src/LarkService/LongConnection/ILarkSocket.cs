namespace LarkService.LongConnection;

/// <summary>
/// An open WebSocket to the platform. One reader and one writer at a time. Disposing of it cuts the line, and whatever waits
/// on it ends.
/// </summary>
internal interface ILarkSocket : IAsyncDisposable
{
    /// <summary>The next whole message; its bytes are good until the next call. Cancelling breaks the connection.</summary>
    Task<SocketMessage> ReceiveAsync(CancellationToken ct);

    /// <summary>Sends one binary message; done when the network has taken it.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> message);

    /// <summary>Says goodbye (1000); the platform's own goodbye arrives at the reader.</summary>
    Task CloseAsync(CancellationToken ct);
}

/// <summary>What comes out of a socket.</summary>
internal abstract record SocketMessage
{
    public sealed record Binary(ReadOnlyMemory<byte> Bytes) : SocketMessage;

    /// <summary>A text message; the protocol has none.</summary>
    public sealed record Text(long Size) : SocketMessage;

    /// <summary>Larger than we take; its bytes are gone.</summary>
    public sealed record TooLarge(long Size) : SocketMessage;

    public sealed record Closed(int Code) : SocketMessage;
}

/// <summary>Opens sockets.</summary>
internal interface ILarkSocketConnector
{
    /// <exception cref="HandshakeRefusedException">The platform answered, and not with a WebSocket.</exception>
    /// <exception cref="Exception">Anything else: the network failed.</exception>
    Task<ILarkSocket> OpenAsync(Uri url, CancellationToken ct);
}

/// <summary>The platform refused the handshake; its reasons are in headers of the HTTP answer.</summary>
internal sealed class HandshakeRefusedException(int httpStatus, int? status, int? authCode)
    : Exception($"The handshake was refused (HTTP {httpStatus}, Handshake-Status {status}, Handshake-Autherrcode {authCode}).")
{
    public int HttpStatus => httpStatus;

    /// <summary>Header <c>Handshake-Status</c>.</summary>
    public int? Status => status;

    /// <summary>Header <c>Handshake-Autherrcode</c>; only with status 514.</summary>
    public int? AuthCode => authCode;
}

using System.Net.WebSockets;

namespace LarkService.LongConnection;

/// <summary>A <see cref="ClientWebSocket"/> that reads whole messages up to a size.</summary>
internal sealed class WebSocketLarkSocket(WebSocket socket, int maxBytes) : ILarkSocket
{
    private const int FirstBuffer = 16 * 1024;
    private byte[] _buffer = new byte[Math.Min(FirstBuffer, maxBytes)];

    public async Task<SocketMessage> ReceiveAsync(CancellationToken ct)
    {
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(_buffer.AsMemory(length), ct);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return new SocketMessage.Closed((int)(socket.CloseStatus ?? WebSocketCloseStatus.Empty));
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                return part.MessageType == WebSocketMessageType.Binary ? new SocketMessage.Binary(_buffer.AsMemory(0, length)) : new SocketMessage.Text(length);
            }

            if (length == maxBytes)
            {
                return await SkipAsync(length, ct);
            }

            if (length == _buffer.Length)
            {
                Array.Resize(ref _buffer, Math.Min(maxBytes, _buffer.Length * 2));
            }
        }
    }

    // Without a token the framework sends on its short path; a send that hangs ends when the socket is disposed of.
    public ValueTask SendAsync(ReadOnlyMemory<byte> message) =>
        socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);

    public async Task CloseAsync(CancellationToken ct)
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ct);
        }
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    // The rest of a message that is too large is read into the same buffer and forgotten; the connection goes on.
    private async Task<SocketMessage> SkipAsync(long length, CancellationToken ct)
    {
        while (true)
        {
            var part = await socket.ReceiveAsync(_buffer.AsMemory(), ct);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return new SocketMessage.Closed((int)(socket.CloseStatus ?? WebSocketCloseStatus.Empty));
            }

            if (part.EndOfMessage)
            {
                // A message of exactly the limit may end with an empty part: it has been overwritten by nothing.
                return length == maxBytes && part.MessageType == WebSocketMessageType.Binary ? new SocketMessage.Binary(_buffer.AsMemory(0, maxBytes)) : new SocketMessage.TooLarge(length);
            }
        }
    }
}

using System.Net.WebSockets;

namespace LarkSandbox.LongConnection;

/// <summary>One open WebSocket. Sends are serialized; a silenced one swallows everything in both directions.</summary>
internal sealed class SandboxConnection(string id, int serviceId, WebSocket socket, Action abort, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _closed = new();

    public string Id => id;

    public int ServiceId => serviceId;

    /// <summary>The opaque way back to this server, which an ack must carry.</summary>
    public string InstanceId { get; } = Hosting.Ids.Hex(8);

    public WebSocket Socket => socket;

    public DateTimeOffset OpenedAt { get; } = clock.GetUtcNow();

    public DateTimeOffset? LastPingAt { get; set; }

    public DateTimeOffset? SilentUntil { get; set; }

    public bool IsSilent => SilentUntil is { } until && clock.GetUtcNow() < until;

    public bool IsOpen => socket.State == WebSocketState.Open && !_closed.IsCancellationRequested;

    /// <summary>Cancelled when the connection is gone.</summary>
    public CancellationToken Closed => _closed.Token;

    public async Task SendAsync(ReadOnlyMemory<byte> frame, CancellationToken ct)
    {
        if (IsSilent)
        {
            return;
        }

        await _sending.WaitAsync(ct);
        try
        {
            await socket.SendAsync(frame, WebSocketMessageType.Binary, endOfMessage: true, ct);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Cuts the line without a goodbye.</summary>
    public void Abort()
    {
        MarkClosed();
        abort();
    }

    public void MarkClosed()
    {
        if (!_closed.IsCancellationRequested)
        {
            _closed.Cancel();
        }
    }

    public void Dispose()
    {
        MarkClosed();
        _sending.Dispose();
    }
}

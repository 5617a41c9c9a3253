using System.Net.WebSockets;
using LarkSandbox.Network;

namespace LarkSandbox.LongConnection;

/// <summary>One open WebSocket. Sends are serialized; a silenced one swallows everything in both directions.</summary>
internal sealed class SandboxConnection(string id, int serviceId, WebSocket socket, RelayLine? line, Action abort, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _closed = new();

    public string Id => id;

    public int ServiceId => serviceId;

    /// <summary>The opaque way back to this server, which an ack must carry.</summary>
    public string InstanceId { get; } = Hosting.Ids.Hex(8);

    public WebSocket Socket => socket;

    /// <summary>The relay's part of it; null when the client came here directly.</summary>
    public RelayLine? Line => line;

    public DateTimeOffset OpenedAt { get; } = clock.GetUtcNow();

    public DateTimeOffset? LastPingAt { get; set; }

    public DateTimeOffset? SilentUntil { get; set; }

    public bool IsSilent => SilentUntil is { } until && clock.GetUtcNow() < until;

    /// <summary>Nothing passes on it, whoever's doing that is.</summary>
    public bool IsMute => IsSilent || line is { IsVanished: true };

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

    /// <summary>Says goodbye, and cuts the line when the client does not answer it.</summary>
    public async Task SayGoodbyeAsync(WebSocketCloseStatus status, string why, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(GoodbyeLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _closed.Token, ct);
        try
        {
            await _sending.WaitAsync(either.Token);
            try
            {
                await socket.CloseOutputAsync(status, why, either.Token);
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Then there is nobody to take leave of.
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_closed.IsCancellationRequested)
        {
            Abort();
        }
    }

    /// <summary>Cuts the line without a goodbye.</summary>
    public void Abort()
    {
        MarkClosed();
        try
        {
            abort();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
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

using System.Buffers;
using Google.Protobuf;
using Lark.Wire;

namespace LarkService.LongConnection;

/// <summary>
/// The one writer of a socket: frames go out one after the other. One that the network does not take within 10 s breaks the
/// connection; one timer watches them all, because thousands pass here in a second.
/// </summary>
internal sealed class FrameSender : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly ILarkSocket _socket;
    private readonly string _appId;
    private readonly LongConnectionMetrics _metrics;
    private readonly ITimer _limit;
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly TaskCompletionSource<Disconnect> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();

    public FrameSender(ILarkSocket socket, string appId, LongConnectionMetrics metrics, TimeProvider clock)
    {
        (_socket, _appId, _metrics) = (socket, appId, metrics);
        _limit = clock.CreateTimer(_ => Break(new(DisconnectKind.SendTimedOut, $"Nothing could be sent for {Limit.TotalSeconds} s")), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends when a frame could not be sent.</summary>
    public Task<Disconnect> Broken => _broken.Task;

    /// <returns>False when the frame did not go out: the connection is over, or is now.</returns>
    public async Task<bool> SendAsync(Frame frame, string type)
    {
        try
        {
            await _oneAtATime.WaitAsync(_over.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        try
        {
            _limit.Change(Limit, Timeout.InfiniteTimeSpan);
            await WriteAsync(frame);
            _metrics.Sent(_appId, type);
            return true;
        }
        catch (Exception e)
        {
            Break(new(DisconnectKind.NetworkFailed, $"Sending failed ({NetworkFaults.Name(e)})"));
            return false;
        }
        finally
        {
            _limit.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _oneAtATime.Release();
        }
    }

    /// <summary>Nothing more goes out, and nobody waits for it any longer.</summary>
    public void Dispose()
    {
        // Work in hand may still come with its ack: what it asks of these two must go on being answered.
        _limit.Dispose();
        _over.Cancel();
    }

    private void Break(Disconnect reason)
    {
        _broken.TrySetResult(reason);
        _over.Cancel();
    }

    private async ValueTask WriteAsync(Frame frame)
    {
        var size = frame.CalculateSize();
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            frame.WriteTo(buffer.AsSpan(0, size));
            await _socket.SendAsync(buffer.AsMemory(0, size));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

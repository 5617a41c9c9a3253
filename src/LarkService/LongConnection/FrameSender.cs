using System.Buffers;
using Google.Protobuf;
using Lark.Wire;

namespace LarkService.LongConnection;

/// <summary>The one writer of a socket: frames go out one after the other, each within 10 s, or the connection counts as broken.</summary>
internal sealed class FrameSender(ILarkSocket socket, string appId, LongConnectionMetrics metrics, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly TaskCompletionSource<Disconnect> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when a frame could not be sent.</summary>
    public Task<Disconnect> Broken => _broken.Task;

    /// <returns>False when the frame did not go out: the connection is over, or is now.</returns>
    public async Task<bool> SendAsync(Frame frame, string type, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            await _oneAtATime.WaitAsync(either.Token);
            try
            {
                await WriteAsync(frame, either.Token);
            }
            finally
            {
                _oneAtATime.Release();
            }

            metrics.Sent(appId, type);
            return true;
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e)
        {
            _broken.TrySetResult(new(DisconnectKind.NetworkFailed, e is OperationCanceledException ? $"Nothing could be sent for {Limit.TotalSeconds} s" : $"Sending failed ({e.GetType().Name})"));
            return false;
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task WriteAsync(Frame frame, CancellationToken ct)
    {
        var size = frame.CalculateSize();
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            frame.WriteTo(buffer.AsSpan(0, size));
            await socket.SendAsync(buffer.AsMemory(0, size), ct);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

using System.Net.Sockets;
using System.Threading.Channels;

namespace LarkSandbox.Network;

/// <summary>
/// One direction of a line: bytes come out in the order they went in, later and slower as the network is. A reader that does
/// not keep up holds the sender back, as TCP does.
/// </summary>
internal sealed class RelayPump(Socket from, Socket to, Func<NetworkConditions> network, Func<bool> isVanished, TimeProvider clock)
{
    private const int MostBytes = 16 * 1024;
    private const int MostOnTheWay = 64;

    /// <summary>A slow line is written to in slices of so long, so that it is slow all the time and not in bursts.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(50);

    private readonly Channel<(byte[] Bytes, long Due)> _onTheWay = Channel.CreateBounded<(byte[], long)>(new BoundedChannelOptions(MostOnTheWay) { SingleReader = true, SingleWriter = true });

    /// <summary>Ends when this direction was closed in order; throws when the line broke.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var reading = ReadAsync(over.Token);
        var writing = WriteAsync(over.Token);
        if (!(await Task.WhenAny(reading, writing)).IsCompletedSuccessfully)
        {
            await over.CancelAsync();
        }

        await Task.WhenAll(reading, writing);
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        var buffer = new byte[MostBytes];
        var last = 0L;
        while (true)
        {
            var count = await from.ReceiveAsync(buffer, ct);
            if (count == 0)
            {
                _onTheWay.Writer.Complete();
                return;
            }

            if (!isVanished())
            {
                last = Math.Max(last, clock.GetTimestamp() + Ticks(Delay(network())));
                await _onTheWay.Writer.WriteAsync((buffer.AsSpan(0, count).ToArray(), last), ct);
            }
        }
    }

    private async Task WriteAsync(CancellationToken ct)
    {
        await foreach (var (bytes, due) in _onTheWay.Reader.ReadAllAsync(ct))
        {
            await WaitUntilAsync(due, ct);
            await SendAsync(bytes, ct);
        }

        if (!isVanished())
        {
            to.Shutdown(SocketShutdown.Send);
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        while (!bytes.IsEmpty && !isVanished())
        {
            var count = network().BytesPerSecond is { } rate ? (int)Math.Clamp(rate * Slice.TotalSeconds, 1, bytes.Length) : bytes.Length;
            await to.SendAsync(bytes[..count], ct);
            bytes = bytes[count..];
            if (network().BytesPerSecond is { } limit)
            {
                await Task.Delay(TimeSpan.FromSeconds((double)count / limit), clock, ct);
            }
        }
    }

    private async Task WaitUntilAsync(long due, CancellationToken ct)
    {
        var wait = clock.GetElapsedTime(clock.GetTimestamp(), due);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, clock, ct);
        }
    }

    private static TimeSpan Delay(NetworkConditions now) => now.Latency + (now.Jitter * Random.Shared.NextDouble());

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * clock.TimestampFrequency);
}

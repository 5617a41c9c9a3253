using System.Text.Json;

namespace LarkService.LongConnection;

/// <summary>
/// Pings at once and then on the interval, and watches for the pongs: a TCP connection whose other end is gone looks alive for
/// many minutes. Without a pong for two intervals it counts as dead.
/// </summary>
internal sealed class Heartbeat(FrameSender sender, ConnectionStatus status, ConnectionAddress address, TimeSpan ours, LongConnectionMetrics metrics, TimeProvider clock)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private volatile ClientConfig _config = address.Config;
    private TaskCompletionSource _pong = NewPong();
    private long _lastPong = clock.GetTimestamp();

    private TimeSpan Interval => _config.Heartbeat(ours);

    /// <returns>Why the connection is dead.</returns>
    public async Task<Disconnect> RunAsync(CancellationToken ct)
    {
        long? lastPing = null;
        while (true)
        {
            var pong = Volatile.Read(ref _pong);
            var dead = Interval * 2 - clock.GetElapsedTime(Interlocked.Read(ref _lastPong));
            if (dead <= TimeSpan.Zero)
            {
                return new(DisconnectKind.Silent, $"No answer to heartbeats for {Interval.TotalSeconds * 2} s");
            }

            var ping = lastPing is { } at ? Interval - clock.GetElapsedTime(at) : TimeSpan.Zero;
            if (ping <= TimeSpan.Zero)
            {
                lastPing = clock.GetTimestamp();
                if (!await sender.SendAsync(Frames.Ping(address.ServiceId), "ping", ct))
                {
                    return await sender.Broken.WaitAsync(ct);
                }

                continue;
            }

            // A pong ends the wait, too: it may have moved both times.
            var wait = new[] { ping, dead }.Min();
            await pong.Task.WaitAsync(wait > Tick ? wait : Tick, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ct.ThrowIfCancellationRequested();
        }
    }

    /// <summary>A pong came, perhaps with a new configuration.</summary>
    public void Pong(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length > 0)
        {
            _config = _config.Updated(Parse(payload));
            metrics.ConfigIgnored(_config.Ignored);
        }

        Interlocked.Exchange(ref _lastPong, clock.GetTimestamp());
        status.Pong(_config);
        Interlocked.Exchange(ref _pong, NewPong()).TrySetResult();
    }

    private static JsonElement Parse(ReadOnlyMemory<byte> payload)
    {
        try
        {
            return JsonElement.Parse(payload.Span);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static TaskCompletionSource NewPong() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

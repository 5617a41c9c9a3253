using System.Text.Json;

namespace LarkService.LongConnection;

/// <summary>
/// Pings at once and then on the interval, and watches for the pongs: a TCP connection whose other end is gone looks alive for
/// many minutes. Without a pong for two intervals it counts as dead. It never waits for a ping to be sent, and it does not
/// count the time in which our own reader pauses: a pong may lie unread behind what waits for room.
/// </summary>
internal sealed class Heartbeat(FrameSender sender, ConnectionStatus status, ConnectionAddress address, TimeSpan ours, LongConnectionMetrics metrics, TimeProvider clock)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);
    private readonly Lock _lock = new();
    private volatile ClientConfig _config = address.Config;
    private TaskCompletionSource _pong = NewPong();
    private long _lastSign = clock.GetTimestamp();
    private long? _pausedAt;

    public TimeSpan Interval => _config.Heartbeat(ours);

    private TimeSpan Silence
    {
        get
        {
            lock (_lock)
            {
                return clock.GetElapsedTime(_lastSign, _pausedAt ?? clock.GetTimestamp());
            }
        }
    }

    /// <returns>Why the connection is dead.</returns>
    public async Task<Disconnect> RunAsync(CancellationToken ct)
    {
        long? lastPing = null;
        var pinging = Task.FromResult(true);
        while (true)
        {
            var pong = Volatile.Read(ref _pong);
            var dead = Interval * 2 - Silence;
            if (dead <= TimeSpan.Zero)
            {
                return new(DisconnectKind.Silent, $"No answer to heartbeats for {Interval.TotalSeconds * 2} s");
            }

            var ping = lastPing is { } at ? Interval - clock.GetElapsedTime(at) : TimeSpan.Zero;
            if (ping <= TimeSpan.Zero)
            {
                lastPing = clock.GetTimestamp();
                if (pinging.IsCompleted)
                {
                    pinging = sender.SendAsync(Frames.Ping(address.ServiceId), "ping"); // a failure is the sender's to tell
                }

                continue;
            }

            // A pong ends the wait, too: it may have moved both times.
            var wait = ping < dead ? ping : dead;
            await pong.Task.WaitAsync(wait > Tick ? wait : Tick, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ct.ThrowIfCancellationRequested();
        }
    }

    /// <summary>A pong came, perhaps with a new configuration.</summary>
    /// <returns>True when the platform asks for something else than before.</returns>
    public bool Pong(ReadOnlyMemory<byte> payload)
    {
        var before = _config;
        if (payload.Length > 0)
        {
            (_config, var ignored) = before.Updated(Parse(payload));
            metrics.ConfigIgnored(status.AppId, ignored);
        }

        lock (_lock)
        {
            _lastSign = clock.GetTimestamp();
        }

        status.Pong(_config);
        Interlocked.Exchange(ref _pong, NewPong()).TrySetResult();
        return _config != before;
    }

    /// <summary>The reader waits for room and reads nothing, no pong either.</summary>
    public void ReaderPauses()
    {
        lock (_lock)
        {
            _pausedAt = clock.GetTimestamp();
        }
    }

    public void ReaderGoesOn()
    {
        lock (_lock)
        {
            _lastSign += clock.GetTimestamp() - _pausedAt ?? 0;
            _pausedAt = null;
        }
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

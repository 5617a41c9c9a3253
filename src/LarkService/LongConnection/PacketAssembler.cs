using Google.Protobuf;

namespace LarkService.LongConnection;

/// <summary>
/// Puts a push together that came in several packets: as bytes, because a cut may go through a character, and in any order.
/// Every number is the sender's word, so each is held to a limit. Incomplete messages are forgotten by a timer, also when
/// nothing more comes.
/// </summary>
internal sealed class PacketAssembler : IDisposable
{
    /// <summary>Most packets of one message.</summary>
    public const int MaxPackets = 1024;

    /// <summary>Most messages that are incomplete at one time.</summary>
    public const int MaxOpen = 64;

    /// <summary>The platform's are 36.</summary>
    public const int MaxIdChars = 256;

    /// <summary>Incomplete messages hold no more than this many times the largest message, all of them together.</summary>
    private const int MaxOpenBytesFactor = 4;

    /// <summary>Counted from the first packet, not renewed by later ones.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Parts> _open = new(StringComparer.Ordinal);
    private readonly int _maxBytes;
    private readonly TimeProvider _clock;
    private readonly Action<int> _expired;
    private readonly ITimer _timer;
    private long _openBytes;

    /// <param name="maxBytes">Of one message.</param>
    /// <param name="clock">Tells when a message is incomplete for too long.</param>
    /// <param name="expired">Is told how many were forgotten.</param>
    public PacketAssembler(int maxBytes, TimeProvider clock, Action<int> expired)
    {
        (_maxBytes, _clock, _expired) = (maxBytes, clock, expired);
        _timer = clock.CreateTimer(_ => Expire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int OpenMessages
    {
        get
        {
            lock (_lock)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>What the incomplete messages hold.</summary>
    public long OpenBytes
    {
        get
        {
            lock (_lock)
            {
                return _openBytes;
            }
        }
    }

    public PacketOutcome Add(string? messageId, int? sum, int? seq, ByteString payload)
    {
        if (sum is not { } packets || seq is not { } index || packets is < 1 or > MaxPackets || index < 0 || index >= packets)
        {
            return new PacketOutcome.Dropped("bad_numbers");
        }

        if (packets == 1)
        {
            return payload.Length <= _maxBytes ? new PacketOutcome.Complete(payload.Memory) : new PacketOutcome.Dropped("too_large");
        }

        if (string.IsNullOrEmpty(messageId) || messageId.Length > MaxIdChars)
        {
            return new PacketOutcome.Dropped("bad_message_id");
        }

        lock (_lock)
        {
            return Keep(messageId, packets, index, payload);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Expire()
    {
        var count = 0;
        lock (_lock)
        {
            List<string> expired = [.. _open.Where(o => LeftOf(o.Value) <= TimeSpan.Zero).Select(o => o.Key)];
            expired.ForEach(Forget);
            count = expired.Count;
            if (_open.Count > 0)
            {
                WakeIn(_open.Values.Min(LeftOf));
            }
        }

        if (count > 0)
        {
            _expired(count);
        }
    }

    private TimeSpan LeftOf(Parts parts) => Lifetime - _clock.GetElapsedTime(parts.FirstAt);

    // Whole milliseconds, rounded up: a timer that comes a little early would find nothing to do.
    private void WakeIn(TimeSpan left) => _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), Timeout.InfiniteTimeSpan);

    private PacketOutcome Keep(string messageId, int packets, int index, ByteString payload)
    {
        if (!_open.TryGetValue(messageId, out var parts))
        {
            if (_open.Count >= MaxOpen)
            {
                return new PacketOutcome.Dropped("too_many_open");
            }

            _open[messageId] = parts = new Parts(packets, _clock.GetTimestamp());
            if (_open.Count == 1)
            {
                WakeIn(Lifetime);
            }
        }

        if (parts.Packets.Length != packets)
        {
            return new PacketOutcome.Dropped("sum_changed");
        }

        if (parts.Packets[index] is not null)
        {
            return new PacketOutcome.Dropped("duplicate");
        }

        if (parts.Bytes + payload.Length > _maxBytes || _openBytes + payload.Length > (long)_maxBytes * MaxOpenBytesFactor)
        {
            Forget(messageId);
            return new PacketOutcome.Dropped("too_large");
        }

        parts.Take(index, payload);
        _openBytes += payload.Length;
        return parts.Missing == 0 ? Complete(messageId, parts) : new PacketOutcome.Waiting();
    }

    private PacketOutcome.Complete Complete(string messageId, Parts parts)
    {
        Forget(messageId);
        return new(parts.Join());
    }

    private void Forget(string messageId)
    {
        if (_open.Remove(messageId, out var parts))
        {
            _openBytes -= parts.Bytes;
        }
    }

    private sealed class Parts(int packets, long firstAt)
    {
        public ByteString?[] Packets { get; } = new ByteString?[packets];

        public long FirstAt => firstAt;

        public int Missing { get; private set; } = packets;

        public int Bytes { get; private set; }

        public void Take(int index, ByteString payload)
        {
            Packets[index] = payload;
            Missing--;
            Bytes += payload.Length;
        }

        public ReadOnlyMemory<byte> Join()
        {
            var whole = new byte[Bytes];
            var at = 0;
            foreach (var packet in Packets)
            {
                packet!.CopyTo(whole, at);
                at += packet.Length;
            }

            return whole;
        }
    }
}

/// <summary>What became of a packet.</summary>
internal abstract record PacketOutcome
{
    /// <summary>The message is whole.</summary>
    public sealed record Complete(ReadOnlyMemory<byte> Payload) : PacketOutcome;

    /// <summary>Others have to come.</summary>
    public sealed record Waiting : PacketOutcome;

    /// <param name="Why">One of few words, for counting.</param>
    public sealed record Dropped(string Why) : PacketOutcome;
}

using Google.Protobuf;

namespace LarkService.LongConnection;

/// <summary>
/// Puts a push together that came in several packets: as bytes, because a cut may go through a character, and in any order.
/// Every number is the sender's word, so each is held to a limit. One reader uses it; it is not safe for more.
/// </summary>
internal sealed class PacketAssembler(int maxBytes, TimeProvider clock)
{
    /// <summary>Most packets of one message.</summary>
    public const int MaxPackets = 1024;

    /// <summary>Most messages that are incomplete at one time.</summary>
    public const int MaxOpen = 64;

    /// <summary>Incomplete messages hold no more than this many times the largest message, all of them together.</summary>
    private const int MaxOpenBytesFactor = 4;

    /// <summary>Counted from the first packet, not renewed by later ones.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Parts> _open = new(StringComparer.Ordinal);
    private long _openBytes;

    public int OpenMessages => _open.Count;

    public PacketOutcome Add(string? messageId, int? sum, int? seq, ByteString payload)
    {
        if (sum is not { } packets || seq is not { } index || packets is < 1 or > MaxPackets || index < 0 || index >= packets)
        {
            return new PacketOutcome.Dropped("bad_numbers");
        }

        if (packets == 1)
        {
            return payload.Length <= maxBytes ? new PacketOutcome.Complete(payload.Memory) : new PacketOutcome.Dropped("too_large");
        }

        return string.IsNullOrEmpty(messageId) ? new PacketOutcome.Dropped("no_message_id") : Keep(messageId, packets, index, payload);
    }

    /// <summary>Forgets messages whose rest did not come in time.</summary>
    /// <returns>How many.</returns>
    public int DropExpired()
    {
        if (_open.Count == 0)
        {
            return 0;
        }

        List<string> expired = [.. _open.Where(o => clock.GetElapsedTime(o.Value.FirstAt) >= Lifetime).Select(o => o.Key)];
        expired.ForEach(Forget);
        return expired.Count;
    }

    private PacketOutcome Keep(string messageId, int packets, int index, ByteString payload)
    {
        if (!_open.TryGetValue(messageId, out var parts))
        {
            if (_open.Count >= MaxOpen)
            {
                return new PacketOutcome.Dropped("too_many_open");
            }

            _open[messageId] = parts = new Parts(packets, clock.GetTimestamp());
        }

        if (parts.Packets.Length != packets)
        {
            return new PacketOutcome.Dropped("sum_changed");
        }

        if (parts.Packets[index] is not null)
        {
            return new PacketOutcome.Dropped("duplicate");
        }

        if (parts.Bytes + payload.Length > maxBytes || _openBytes + payload.Length > (long)maxBytes * MaxOpenBytesFactor)
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

using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Lark.Wire;
using LarkService.LongConnection;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.LongConnection;

/// <summary>What holds for any split, order, interleaving, duplicate and loss, and for any frame.</summary>
public sealed class PacketProperties
{
    private static readonly Config Cases = Config.QuickThrowOnFailure.WithMaxTest(1000);

    private static Gen<byte[]> Bytes => Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf();

    private static Gen<Split> Splits =>
        from bytes in Bytes
        from cuts in Gen.Choose(0, bytes.Length).ListOf()
        select new Split(bytes, [.. cuts.Take(12).Order()]);

    /// <summary>Packets of up to 20 messages: some lost or none, some doubled, all of them shuffled.</summary>
    private static Gen<Traffic> Traffics =>
        from splits in Splits.ListOf().Select(all => all.Take(20).ToList())
        let packets = splits.SelectMany((split, id) => split.Packets(id)).ToList()
        from some in Gen.SubListOf((IEnumerable<Packet>)packets)
        from loss in Gen.Elements(false, true)
        let kept = loss ? [.. some] : packets
        from doubled in Gen.SubListOf((IEnumerable<Packet>)kept)
        from order in Gen.Shuffle(kept.Concat(doubled))
        select new Traffic(splits, [.. order]);

    private static Gen<Frame> Frames =>
        from numbers in Gen.Choose(int.MinValue, int.MaxValue).ArrayOf(4)
        from headers in Gen.Choose(0, 10).ListOf().Select(l => l.Take(20).ToList())
        from payload in Bytes
        from optional in Gen.Choose(0, 15)
        select Build(numbers, headers, payload, optional);

    [Fact]
    public void Whatever_the_order_each_message_is_put_together_to_the_byte_or_expires() => Prop.ForAll(Traffics.ToArbitrary(), traffic =>
    {
        var clock = new ManualTime();
        var expired = 0;
        using var packets = new PacketAssembler(1 << 20, clock, count => expired += count);
        var done = new Dictionary<int, int>();
        foreach (var packet in traffic.Order)
        {
            switch (packets.Add($"m{packet.Message}", packet.Sum, packet.Seq, ByteString.CopyFrom(packet.Bytes)))
            {
                case PacketOutcome.Complete complete:
                    Assert.Equal(traffic.Splits[packet.Message].Bytes, complete.Payload.ToArray());
                    done[packet.Message] = done.GetValueOrDefault(packet.Message) + 1;
                    break;
                case PacketOutcome.Dropped dropped:
                    Assert.Equal("duplicate", dropped.Why);
                    break;
            }

            Assert.InRange(packets.OpenMessages, 0, traffic.Splits.Count);
        }

        for (var id = 0; id < traffic.Splits.Count; id++)
        {
            // As often as every packet of it came: a push that came twice in full is two pushes, and told apart further up.
            var copies = Enumerable.Range(0, traffic.Splits[id].Sum).Min(seq => traffic.Order.Count(p => p.Message == id && p.Seq == seq));
            Assert.InRange(done.GetValueOrDefault(id), Math.Min(1, copies), copies);
        }

        var left = packets.OpenMessages;
        clock.Advance(PacketAssembler.Lifetime);
        Assert.Equal((0, 0L, left), (packets.OpenMessages, packets.OpenBytes, expired));
    }).Check(Cases.WithMaxTest(400));

    [Fact]
    public void Any_frame_is_read_as_it_was_written() => Prop.ForAll(Frames.ToArbitrary(), frame =>
    {
        var bytes = frame.ToByteArray();
        Assert.Null(FrameCodec.TryDecode(bytes, int.MaxValue, out var read));
        Assert.Equal(frame, read);
        Assert.Equal(bytes, read.ToByteArray());
    }).Check(Cases);

    [Fact]
    public void Any_bytes_are_a_frame_or_a_fault_and_what_is_taken_is_whole() => Prop.ForAll(Bytes.ToArbitrary(), bytes =>
    {
        if (FrameCodec.TryDecode(bytes, int.MaxValue, out var frame) is null)
        {
            Assert.True(frame.HasSeqID && frame.HasLogID && frame.HasService && frame.HasMethod);
        }
    }).Check(Cases);

    private static Frame Build(int[] numbers, List<int> headers, byte[] payload, int optional)
    {
        var frame = new Frame { SeqID = (ulong)numbers[0] << 17, LogID = (ulong)(long)numbers[1], Service = numbers[2], Method = numbers[3] };
        frame.Headers.AddRange(headers.Select(h => new Header { Key = $"键{h}", Value = new string('v', h) }));
        if ((optional & 1) > 0)
        {
            frame.Payload = ByteString.CopyFrom(payload);
        }

        if ((optional & 2) > 0)
        {
            frame.PayloadEncoding = "";
        }

        if ((optional & 4) > 0)
        {
            frame.PayloadType = "json";
        }

        if ((optional & 8) > 0)
        {
            frame.LogIDNew = "log";
        }

        return frame;
    }

    /// <summary>A message and where it is cut; cuts may coincide, then a packet is empty.</summary>
    private sealed record Split(byte[] Bytes, int[] Cuts)
    {
        public int Sum => Cuts.Length + 1;

        public IEnumerable<Packet> Packets(int id) => Enumerable.Range(0, Sum).Select(seq =>
            new Packet(id, Sum, seq, Bytes[(seq == 0 ? 0 : Cuts[seq - 1])..(seq == Cuts.Length ? Bytes.Length : Cuts[seq])]));
    }

    private sealed record Packet(int Message, int Sum, int Seq, byte[] Bytes);

    private sealed record Traffic(IReadOnlyList<Split> Splits, IReadOnlyList<Packet> Order);
}

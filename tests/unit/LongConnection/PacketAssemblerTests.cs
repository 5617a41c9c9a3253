using System.Text;
using Google.Protobuf;
using LarkService.LongConnection;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.LongConnection;

public sealed class PacketAssemblerTests : IDisposable
{
    private readonly ManualTime _clock = new();
    private readonly PacketAssembler _packets;
    private int _expired;

    public PacketAssemblerTests() => _packets = new(100, _clock, count => _expired += count);

    public void Dispose() => _packets.Dispose();

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(2, 1, 0)]
    [InlineData(1, 2, 0)]
    public void Packets_are_joined_as_bytes_whatever_their_order(params int[] order)
    {
        var whole = FrameVector.Named("event_unsplit").Payload;
        using var packets = new PacketAssembler(4096, _clock, _ => { });
        var outcomes = order.Select(seq => packets.Add("m", 3, seq, FrameVector.Named($"event_split_{seq}_of_3").PayloadPart)).ToList();
        Assert.All(outcomes[..2], o => Assert.IsType<PacketOutcome.Waiting>(o));
        Assert.Equal(whole, Assert.IsType<PacketOutcome.Complete>(outcomes[2]).Payload.ToArray());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 0)]
    [InlineData(1025, 0)]
    [InlineData(int.MaxValue, 0)]
    [InlineData(2, 2)]
    [InlineData(2, -1)]
    [InlineData(null, 0)]
    [InlineData(2, null)]
    public void Numbers_that_make_no_sense_are_dropped(int? sum, int? seq)
    {
        Assert.Equal(new PacketOutcome.Dropped("bad_numbers"), Add("m", sum, seq, "a"));
        Assert.Equal(0, _packets.OpenMessages);
    }

    [Fact]
    public void A_message_of_one_packet_needs_no_id() => Assert.IsType<PacketOutcome.Complete>(Add(null, 1, 0, "a"));

    [Fact]
    public void A_packet_of_many_without_an_id_is_dropped() => Assert.Equal(new PacketOutcome.Dropped("bad_message_id"), Add("", 2, 0, "a"));

    [Fact]
    public void An_id_of_absurd_length_is_not_kept()
    {
        Assert.Equal(new PacketOutcome.Dropped("bad_message_id"), Add(new string('m', PacketAssembler.MaxIdChars + 1), 2, 0, "a"));
        Assert.IsType<PacketOutcome.Waiting>(Add(new string('m', PacketAssembler.MaxIdChars), 2, 0, "a"));
    }

    [Fact]
    public void A_doubled_packet_is_dropped_and_the_message_completes()
    {
        Add("m", 2, 0, "a");
        Assert.Equal(new PacketOutcome.Dropped("duplicate"), Add("m", 2, 0, "x"));
        Assert.Equal("ab", TextOf(Add("m", 2, 1, "b")));
    }

    [Fact]
    public void A_sum_that_changes_is_dropped()
    {
        Add("m", 2, 0, "a");
        Assert.Equal(new PacketOutcome.Dropped("sum_changed"), Add("m", 3, 1, "b"));
    }

    [Fact]
    public void Empty_packets_count()
    {
        Add("m", 3, 0, "");
        Add("m", 3, 2, "");
        Assert.Equal("a", TextOf(Add("m", 3, 1, "a")));
    }

    [Fact]
    public void A_completed_message_is_forgotten()
    {
        Add("m", 2, 0, "a");
        Add("m", 2, 1, "b");
        Assert.Equal(0, _packets.OpenMessages);
    }

    [Fact]
    public void An_incomplete_message_is_forgotten_ten_seconds_after_its_first_packet()
    {
        Add("m", 3, 0, "a");
        _clock.AdvanceSeconds(9);
        Add("m", 3, 1, "b");
        Assert.Equal((1, 0), (_packets.OpenMessages, _expired));
        _clock.AdvanceSeconds(1);
        Assert.Equal((0, 1, 0L), (_packets.OpenMessages, _expired, _packets.OpenBytes));
        Assert.IsType<PacketOutcome.Waiting>(Add("m", 3, 2, "c"));
    }

    [Fact]
    public void Each_message_has_its_own_ten_seconds()
    {
        foreach (var id in (string[])["a", "b", "c"])
        {
            Add(id, 2, 0, "x");
            _clock.AdvanceSeconds(3);
        }

        Add("b", 2, 1, "y");
        _clock.AdvanceSeconds(1);
        Assert.Equal((1, 1), (_packets.OpenMessages, _expired));
        _clock.AdvanceSeconds(5.9);
        Assert.Equal(1, _packets.OpenMessages);
        _clock.AdvanceSeconds(0.1);
        Assert.Equal((0, 2), (_packets.OpenMessages, _expired));
    }

    [Fact]
    public void No_more_than_64_messages_are_open()
    {
        for (var i = 0; i < 64; i++)
        {
            Assert.IsType<PacketOutcome.Waiting>(Add($"m{i}", 2, 0, "a"));
        }

        Assert.Equal(new PacketOutcome.Dropped("too_many_open"), Add("m64", 2, 0, "a"));
        Assert.Equal("ab", TextOf(Add("m7", 2, 1, "b")));
        Assert.IsType<PacketOutcome.Waiting>(Add("m64", 2, 0, "a"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_message_over_the_limit_is_dropped(int packets)
    {
        var half = new string('x', 101 / packets + 1);
        var last = Enumerable.Range(0, packets).Select(seq => Add("m", packets, seq, half)).ToList()[^1];
        Assert.Equal(new PacketOutcome.Dropped("too_large"), last);
        Assert.Equal(0, _packets.OpenMessages);
    }

    [Fact]
    public void All_open_messages_together_hold_no_more_than_four_of_the_largest()
    {
        var outcomes = Enumerable.Range(0, 5).Select(i => Add($"m{i}", 2, 0, new string('x', 90))).ToList();
        Assert.Equal(new PacketOutcome.Dropped("too_large"), outcomes[4]);
        Assert.Equal(4, _packets.OpenMessages);
    }

    private PacketOutcome Add(string? id, int? sum, int? seq, string text) => _packets.Add(id, sum, seq, ByteString.CopyFromUtf8(text));

    private static string TextOf(PacketOutcome outcome) => Encoding.UTF8.GetString(Assert.IsType<PacketOutcome.Complete>(outcome).Payload.Span);
}

using System.Globalization;
using System.Text;
using Google.Protobuf;
using Lark.Wire;
using LarkService.LongConnection;

namespace LarkService.UnitTests.LongConnection;

public sealed class FrameCodecTests
{
    private const int Limit = 4 * 1024 * 1024;

    public static TheoryData<string> ValidFrames => [.. FrameVector.All.Where(v => v.Valid).Select(v => v.Name)];

    public static TheoryData<string> RoundTrips => [.. FrameVector.All.Where(v => v.ReencodesIdentically).Select(v => v.Name)];

    public static TheoryData<string> InvalidFrames => [.. FrameVector.All.Where(v => !v.Valid).Select(v => v.Name)];

    [Theory]
    [MemberData(nameof(ValidFrames))]
    public void A_valid_frame_decodes_to_its_fields(string name)
    {
        var expected = FrameVector.Named(name).Decoded;
        var frame = Decode(FrameVector.Named(name).Bytes);

        Assert.Equal(expected.GetProperty("SeqID").GetString(), frame.SeqID.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(expected.GetProperty("LogID").GetString(), frame.LogID.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(expected.GetProperty("service").GetInt32(), frame.Service);
        Assert.Equal(expected.GetProperty("method").GetInt32(), frame.Method);
        Assert.Equal(
            expected.GetProperty("headers").EnumerateArray().Select(h => (h.GetProperty("key").GetString(), h.GetProperty("value").GetString())),
            frame.Headers.Select(h => ((string?)h.Key, (string?)h.Value)));
        Assert.Equal(expected.GetProperty("payload_encoding").GetString(), frame.HasPayloadEncoding ? frame.PayloadEncoding : null);
        Assert.Equal(expected.GetProperty("payload_type").GetString(), frame.HasPayloadType ? frame.PayloadType : null);
        Assert.Equal(expected.GetProperty("payload_base64").GetString(), frame.HasPayload ? frame.Payload.ToBase64() : null);
        Assert.Equal(expected.GetProperty("LogIDNew").GetString(), frame.HasLogIDNew ? frame.LogIDNew : null);
    }

    [Theory]
    [MemberData(nameof(RoundTrips))]
    public void A_frame_is_written_as_it_was_read(string name) =>
        Assert.Equal(FrameVector.Named(name).Bytes, Decode(FrameVector.Named(name).Bytes).ToByteArray());

    [Theory]
    [MemberData(nameof(InvalidFrames))]
    public void An_invalid_frame_is_refused(string name) => Assert.NotNull(FrameCodec.TryDecode(FrameVector.Named(name).Bytes, Limit, out _));

    [Fact]
    public void Fields_we_do_not_know_are_kept()
    {
        var vector = FrameVector.Named("unknown_fields");

        // Written behind the known ones instead of before them, so the bytes differ in order alone.
        Assert.Equal(vector.Bytes.Order(), Decode(vector.Bytes).ToByteArray().Order());
    }

    [Fact]
    public void Required_zeros_are_written() => Assert.StartsWith("0800100018012000", Convert.ToHexString(Frames.Ping(1).ToByteArray()), StringComparison.Ordinal);

    [Fact]
    public void Our_ping_is_the_platforms_ping() => Assert.Equal(FrameVector.Named("ping").Bytes, Frames.Ping(33554678).ToByteArray());

    [Fact]
    public void A_frame_over_the_limit_is_refused()
    {
        var bytes = FrameVector.Named("event_unsplit").Bytes;
        Assert.Equal(FrameFault.TooLarge, FrameCodec.TryDecode(bytes, bytes.Length - 1, out _));
        Assert.Null(FrameCodec.TryDecode(bytes, bytes.Length, out _));
    }

    [Theory]
    [InlineData(64, null)]
    [InlineData(65, FrameFault.TooManyHeaders)]
    internal void More_than_64_headers_are_refused(int headers, FrameFault? expected)
    {
        var frame = new Frame { SeqID = 1, LogID = 1, Service = 1, Method = 1 };
        frame.Headers.AddRange(Enumerable.Range(0, headers).Select(i => new Header { Key = $"k{i}", Value = "v" }));
        Assert.Equal(expected, FrameCodec.TryDecode(frame.ToByteArray(), Limit, out _));
    }

    [Fact]
    public void Of_two_headers_of_a_name_the_first_counts() => Assert.Equal("first", FrameVector.Named("unicode_headers").Frame.Text("x"));

    [Theory]
    [InlineData("event_unsplit", "ack_event_ok", 12)]
    [InlineData("event_split_2_of_3", "ack_event_split", 3)]
    public void An_ack_echoes_the_frame_with_our_time_and_answer(string push, string ack, int milliseconds) =>
        Assert.Equal(FrameVector.Named(ack).Bytes, FrameVector.Named(push).Frame.AnsweredBy(new PayloadAnswer.Ok(), TimeSpan.FromMilliseconds(milliseconds)).ToByteArray());

    [Fact]
    public void A_callbacks_answer_goes_as_base64_into_the_ack()
    {
        var expected = FrameVector.Named("ack_card_response");
        var data = System.Text.Json.JsonElement.Parse(expected.PayloadText).GetProperty("data").GetBytesFromBase64();
        var ack = FrameVector.Named("callback_card_action").Frame.AnsweredBy(new PayloadAnswer.Ok(data), TimeSpan.FromMilliseconds(45));
        Assert.Equal(expected.Bytes, ack.ToByteArray());
    }

    [Fact]
    public void A_failure_answers_500()
    {
        var ack = FrameVector.Named("event_unsplit").Frame.AnsweredBy(new PayloadAnswer.Failed(), TimeSpan.Zero);
        Assert.Equal(FrameVector.Named("ack_event_failed").PayloadText, Encoding.UTF8.GetString(ack.Payload.Span));
    }

    private static Frame Decode(byte[] bytes)
    {
        Assert.Null(FrameCodec.TryDecode(bytes, Limit, out var frame));
        return frame;
    }
}

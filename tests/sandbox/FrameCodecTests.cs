using LarkSandbox.LongConnection;

namespace LarkSandbox.Tests;

public sealed class FrameCodecTests
{
    public static TheoryData<string> Names => [.. Fixture.Read("frames.json").AsArray().Select(v => v!["name"]!.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_recorded_frame_is_read_as_it_was_meant(string name)
    {
        var vector = Fixture.Read("frames.json").AsArray().Single(v => v!["name"]!.ToString() == name)!;
        var bytes = Convert.FromHexString(vector["hex"]!.ToString());

        var readable = FrameCodec.TryDecode(bytes, out var frame);

        Assert.Equal(vector["valid"]!.GetValue<bool>(), readable);
        if (!readable)
        {
            return;
        }

        var meant = vector["decoded"]!;
        Assert.Equal(meant["SeqID"]!.ToString(), $"{frame!.SeqID}");
        Assert.Equal(meant["LogID"]!.ToString(), $"{frame.LogID}");
        Assert.Equal(meant["service"]!.GetValue<int>(), frame.Service);
        Assert.Equal(meant["method"]!.GetValue<int>(), frame.Method);
        Assert.Equal(meant["headers"]!.AsArray().Select(h => (h!["key"]!.ToString(), h["value"]!.ToString())), frame.Headers.Select(h => (h.Key, h.Value)));
        Assert.Equal(meant["payload_base64"]?.ToString(), frame.HasPayload ? frame.Payload.ToBase64() : null);
        Assert.Equal(meant["LogIDNew"]?.ToString(), frame.HasLogIDNew ? frame.LogIDNew : null);
        if (vector["reencodes_identically"]!.GetValue<bool>())
        {
            Assert.Equal(bytes, FrameCodec.Encode(frame));
        }
    }

    [Fact]
    public void A_frame_without_a_required_field_is_never_sent() =>
        Assert.Throws<ArgumentException>(() => FrameCodec.Encode(new() { SeqID = 0, LogID = 0, Service = 1 }));
}

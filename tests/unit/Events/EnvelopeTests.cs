using System.Text;
using LarkService.Events;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Events;

public sealed class EnvelopeTests
{
    private static readonly DateTimeOffset Now = new ManualTime().GetUtcNow();

    [Fact]
    public void The_present_envelope_is_read()
    {
        var read = Read(Fixture.Bytes("im-message-receive-p2p-text"));
        Assert.Equal((Some.AppId, "evt00000000000000000000000000001", "im.message.receive_v1", "1a2b3c4d5e6f7081"), (read.NamedApp, read.Event.EventId, read.Event.EventType, read.Event.TenantKey));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1760000000123), read.Event.CreatedAt);
        Assert.Equal("text", read.Event.Body.GetProperty("message").GetProperty("message_type").GetString());
    }

    [Fact]
    public void The_old_envelope_is_read()
    {
        var read = Read(Fixture.Bytes("event-v1-legacy"));
        Assert.Equal((Some.AppId, "0123456789abcdef0123456789abcdef", "p2p_chat_create", "1a2b3c4d5e6f7081"), (read.NamedApp, read.Event.EventId, read.Event.EventType, read.Event.TenantKey));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1760000000).AddTicks(1234567), read.Event.CreatedAt);
    }

    [Theory]
    [InlineData("1760000005", 1760000005000000)]
    [InlineData("1760000005123", 1760000005123000)]
    [InlineData("1760000005123456", 1760000005123456)]
    [InlineData("17600000051234567", null)]
    [InlineData("soon", null)]
    [InlineData("-100000000000", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Times_are_told_apart_by_their_length(string? text, long? microseconds) =>
        Assert.Equal(microseconds is { } us ? DateTimeOffset.UnixEpoch.AddMicroseconds(us) : null, Envelope.WrittenAt(text));

    [Fact]
    public void Without_a_time_now_stands_in() =>
        Assert.Equal(Now, Read("""{"header":{"event_id":"e","event_type":"t"}}"""u8.ToArray()).Event.CreatedAt);

    [Theory]
    [InlineData("", "not_json")]
    [InlineData("{", "not_json")]
    [InlineData("hello", "not_json")]
    [InlineData("null", "no_object")]
    [InlineData("[1]", "no_object")]
    [InlineData("{}", "no_id_or_type")]
    [InlineData("""{"header":{"event_id":1,"event_type":"t"}}""", "no_id_or_type")]
    [InlineData("""{"header":{"event_id":"e"}}""", "no_id_or_type")]
    [InlineData("""{"header":{"event_id":"\ud800","event_type":"t"}}""", "no_id_or_type")]
    [InlineData("""{"header":[],"event":"x"}""", "no_id_or_type")]
    public void What_cannot_be_read_says_why_and_never_throws(string json, string why) =>
        Assert.Equal(new EnvelopeOutcome.Unreadable(why), Envelope.Read(Encoding.UTF8.GetBytes(json), Some.AppId, Now));

    [Fact]
    public void Bytes_that_are_no_text_are_unreadable() => Assert.Equal(new EnvelopeOutcome.Unreadable("not_utf8"), Envelope.Read(new byte[] { 0xff, 0xfe }, Some.AppId, Now));

    [Fact]
    public void An_id_that_does_not_fit_the_database_is_unreadable()
    {
        var json = $$$"""{"header":{"event_id":"{{{new string('e', 201)}}}","event_type":"t"}}""";
        Assert.Equal(new EnvelopeOutcome.Unreadable("id_too_long"), Envelope.Read(Encoding.UTF8.GetBytes(json), Some.AppId, Now));
    }

    private static EnvelopeOutcome.Read Read(byte[] json) => Assert.IsType<EnvelopeOutcome.Read>(Envelope.Read(json, Some.AppId, Now));
}

using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Lark.Wire;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.LongConnection;

/// <summary>One codec vector of <c>frames.json</c>; made with other code than ours.</summary>
internal sealed record FrameVector(string Name, bool Valid, bool ReencodesIdentically, byte[] Bytes, JsonElement Decoded)
{
    public static IReadOnlyList<FrameVector> All { get; } = [.. Fixture.Json("frames").EnumerateArray().Select(v => new FrameVector(
        v.GetProperty("name").GetString()!,
        v.GetProperty("valid").GetBoolean(),
        v.GetProperty("reencodes_identically").GetBoolean(),
        Convert.FromHexString(v.GetProperty("hex").GetString()!),
        v.GetProperty("decoded")))];

    public static FrameVector Named(string name) => All.Single(v => v.Name == name);

    public Frame Frame => Frame.Parser.ParseFrom(Bytes);

    public string PayloadText => Encoding.UTF8.GetString(Payload);

    public byte[] Payload => Decoded.GetProperty("payload_base64").GetBytesFromBase64();

    /// <summary>Payloads of a frame that could be put together from packets.</summary>
    public ByteString PayloadPart => ByteString.CopyFrom(Payload);
}

using System.Text;
using LarkService.Events.Http;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.AspNetCore.Http;

namespace LarkService.UnitTests.Events.Http;

/// <summary>The platform's own examples.</summary>
public sealed class PushCipherTests
{
    private const string HelloWorld = "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=";
    private const string Signature = "002a272a435d056759149cce18e88064ff320d38d91a09432445c344c4296949";
    private static readonly Secret Key = new("test key");
    private static readonly byte[] Body = Encoding.UTF8.GetBytes($$"""{"encrypt":"{{HelloWorld}}"}""");

    [Fact]
    public void The_documented_text_decrypts() => Assert.Equal("hello world", Encoding.UTF8.GetString(PushCipher.Open(Convert.FromBase64String(HelloWorld), Key)!));

    [Fact]
    public void The_documented_body_has_the_documented_signature() => Assert.Equal(Signature, Convert.ToHexStringLower(PushCipher.Sign(Head(Signature), Key, Body)));

    [Fact]
    public void The_signature_counts_in_capital_letters_as_well()
    {
        Assert.True(PushCipher.IsSignedBy(Head(Signature), Key, Body));
        Assert.True(PushCipher.IsSignedBy(Head(Signature.ToUpperInvariant()), Key, Body));
    }

    [Fact]
    public void It_covers_every_byte_of_the_body_and_the_key()
    {
        Assert.False(PushCipher.IsSignedBy(Head(Signature), Key, [.. Body, (byte)' ']));
        Assert.False(PushCipher.IsSignedBy(Head(Signature), new Secret("test kez"), Body));
        Assert.False(PushCipher.IsSignedBy(Head(Signature[..^1] + "8"), Key, Body));
    }

    [Fact]
    public void The_recorded_push_is_genuine_and_opens()
    {
        var push = Fixture.Json("event-http-encrypted");
        var headers = new HeaderDictionary();
        foreach (var header in push.GetProperty("headers").EnumerateObject())
        {
            headers[header.Name] = header.Value.GetString();
        }

        var body = Encoding.UTF8.GetBytes(push.GetProperty("bodyText").GetString()!);
        var key = new Secret(push.GetProperty("encrypt_key").GetString()!);
        Assert.True(PushCipher.IsSignedBy(PushHead.Read(headers)!, key, body));
        var encrypted = System.Text.Json.JsonElement.Parse(body).GetProperty("encrypt").GetBytesFromBase64();
        Assert.Equal(push.GetProperty("decrypted").GetString(), Encoding.UTF8.GetString(PushCipher.Open(encrypted, key)!));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(64)]
    public void What_was_not_encrypted_with_the_key_does_not_open(int bytes) => Assert.Null(PushCipher.Open(new byte[bytes], Key));

    [Theory]
    [InlineData("X-Lark-Request-Timestamp", "")]
    [InlineData("X-Lark-Request-Timestamp", "-5")]
    [InlineData("X-Lark-Request-Timestamp", "17e8")]
    [InlineData("X-Lark-Request-Timestamp", " 1700000000")]
    [InlineData("X-Lark-Request-Timestamp", "99999999999999999999")]
    [InlineData("X-Lark-Request-Nonce", null)]
    [InlineData("X-Lark-Signature", "002a")]
    [InlineData("X-Lark-Signature", "zz2a272a435d056759149cce18e88064ff320d38d91a09432445c344c4296949")]
    public void Headers_in_no_form_the_platform_writes_are_no_signature(string name, string? value)
    {
        var headers = Headers(Signature);
        headers[name] = value;
        Assert.Null(PushHead.Read(headers));
        Assert.False(PushHead.IsUnsigned(headers));
    }

    [Fact]
    public void A_doubled_header_is_no_signature()
    {
        var headers = Headers(Signature);
        headers.Append("X-Lark-Request-Nonce", "another");
        Assert.Null(PushHead.Read(headers));
    }

    private static PushHead Head(string signature) => PushHead.Read(Headers(signature))!;

    private static HeaderDictionary Headers(string signature) => new()
    {
        ["X-Lark-Request-Timestamp"] = "1700000000",
        ["X-Lark-Request-Nonce"] = "nonce-1",
        ["X-Lark-Signature"] = signature,
    };
}

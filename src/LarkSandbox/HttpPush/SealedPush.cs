using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Hosting;

namespace LarkSandbox.HttpPush;

/// <summary>
/// A push as the platform puts it on the wire: <c>{"encrypt": base64(IV, AES-256-CBC)}</c> under SHA-256 of the Encrypt Key, and
/// SHA-256 of timestamp, nonce, key and body in the headers. Each try is encrypted and signed anew.
/// </summary>
/// <param name="Body">The raw body.</param>
/// <param name="Headers">Timestamp, nonce and signature; none without a key.</param>
internal sealed record SealedPush(byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public static SealedPush Of(ReadOnlySpan<byte> json, string? encryptKey, DateTimeOffset now)
    {
        if (encryptKey is null)
        {
            return new(json.ToArray(), new Dictionary<string, string>());
        }

        var body = Encrypt(json, encryptKey);
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var nonce = RandomNumberGenerator.GetInt32(int.MaxValue).ToString(CultureInfo.InvariantCulture);
        return new(body, new Dictionary<string, string>
        {
            ["X-Lark-Request-Timestamp"] = timestamp,
            ["X-Lark-Request-Nonce"] = nonce,
            ["X-Lark-Signature"] = Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(timestamp + nonce + encryptKey), .. body])),
        });
    }

    /// <summary>The check of the address is encrypted, but not signed.</summary>
    public static SealedPush Unsigned(ReadOnlySpan<byte> json, string? encryptKey) =>
        new(encryptKey is null ? json.ToArray() : Encrypt(json, encryptKey), new Dictionary<string, string>());

    private static byte[] Encrypt(ReadOnlySpan<byte> json, string encryptKey)
    {
        using var aes = Aes.Create();
        aes.Key = SHA256.HashData(Encoding.UTF8.GetBytes(encryptKey));
        aes.GenerateIV();
        var cipher = aes.EncryptCbc(json, aes.IV);
        return Encoding.UTF8.GetBytes(Json.Write(new JsonObject { ["encrypt"] = Convert.ToBase64String([.. aes.IV, .. cipher]) }));
    }
}

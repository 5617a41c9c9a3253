using System.Security.Cryptography;
using System.Text;
using LarkService.Platform;
using Microsoft.Extensions.Options;

namespace LarkService.Grants.Sealing;

/// <summary>
/// Seals what must not lie in the database in clear: AES-256-GCM with a random nonce for every value, the key's id in the
/// header, and <c>app_id|open_id|purpose</c> as associated data, so that a value moved to another row or column does not open.
/// </summary>
/// <remarks>Layout before base64: version (1 byte, 1) · length of key id (1 byte) · key id · nonce (12) · tag (16) · ciphertext.</remarks>
internal sealed class TokenSeal(IOptions<EncryptionOptions> options)
{
    /// <summary>So many characters of a sealed text tell its key, however long the key's id is.</summary>
    public const int HeadLength = (2 + EncryptionOptions.LongestId + 2) / 3 * 4;

    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly Dictionary<string, byte[]> _keys = options.Value.Keys.ToDictionary(k => k.Key, k => EncryptionOptions.Decode(k.Value)!, StringComparer.Ordinal);
    private readonly string _active = options.Value.ActiveKeyId!;

    /// <summary>The key that seals.</summary>
    public string ActiveKeyId => _active;

    public bool IsConfigured(string keyId) => _keys.ContainsKey(keyId);

    /// <summary>Which key a value needs.</summary>
    /// <param name="sealedText">The value, or its first <see cref="HeadLength"/> characters.</param>
    /// <returns>Null when it is damaged.</returns>
    public static string? KeyIdOf(string sealedText)
    {
        Span<byte> head = stackalloc byte[HeadLength / 4 * 3];
        var text = sealedText.AsSpan(0, Math.Min(sealedText.Length, HeadLength));
        if (!Convert.TryFromBase64Chars(text, head, out var length) || length < 2 || head[0] != Version || length < 2 + head[1])
        {
            return null;
        }

        var keyId = Encoding.ASCII.GetString(head.Slice(2, head[1]));
        return EncryptionOptions.IsId(keyId) ? keyId : null;
    }

    public string Seal(Secret value, UserKey user, string purpose)
    {
        var plain = Encoding.UTF8.GetBytes(value.Reveal());
        var keyId = Encoding.ASCII.GetBytes(_active);
        var sealedBytes = new byte[2 + keyId.Length + NonceBytes + TagBytes + plain.Length];
        sealedBytes[0] = Version;
        sealedBytes[1] = (byte)keyId.Length;
        keyId.CopyTo(sealedBytes, 2);

        var body = sealedBytes.AsSpan(2 + keyId.Length);
        var nonce = body[..NonceBytes];
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_keys[_active], TagBytes);
        aes.Encrypt(nonce, plain, body[(NonceBytes + TagBytes)..], body.Slice(NonceBytes, TagBytes), Bound(user, purpose));
        CryptographicOperations.ZeroMemory(plain);
        return Convert.ToBase64String(sealedBytes);
    }

    /// <exception cref="SealException">The key is not configured, or the value was tampered with, moved or cut.</exception>
    public Secret Open(string sealedText, UserKey user, string purpose)
    {
        var bytes = new byte[sealedText.Length];
        if (!Convert.TryFromBase64String(sealedText, bytes, out var length) || length < 2 + NonceBytes + TagBytes
            || bytes[0] != Version || length < 2 + bytes[1] + NonceBytes + TagBytes)
        {
            throw new SealException($"A sealed value ({purpose}) is damaged.");
        }

        var keyId = Encoding.ASCII.GetString(bytes, 2, bytes[1]);
        if (!_keys.TryGetValue(keyId, out var key))
        {
            throw new SealException($"A sealed value ({purpose}) needs the key '{keyId}', which is not configured: set Encryption__Keys__{keyId}.");
        }

        return new Secret(Decrypt(bytes.AsSpan(2 + bytes[1], length - 2 - bytes[1]), key, user, purpose));
    }

    private static string Decrypt(ReadOnlySpan<byte> body, byte[] key, UserKey user, string purpose)
    {
        var plain = new byte[body.Length - NonceBytes - TagBytes];
        try
        {
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(body[..NonceBytes], body[(NonceBytes + TagBytes)..], body.Slice(NonceBytes, TagBytes), plain, Bound(user, purpose));
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new SealException($"A sealed value ({purpose}) does not open: it was changed or belongs to another row.", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static byte[] Bound(UserKey user, string purpose) => Encoding.UTF8.GetBytes($"{user.AppId}|{user.OpenId}|{purpose}");
}

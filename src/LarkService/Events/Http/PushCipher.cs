using System.Security.Cryptography;
using System.Text;
using LarkService.Platform;

namespace LarkService.Events.Http;

/// <summary>What an Encrypt Key does for a push: it signs the raw body and encrypts what is in it.</summary>
internal static class PushCipher
{
    private const int BlockBytes = 16;

    /// <summary>SHA-256 of timestamp, nonce, key and the body's very bytes: any parsing in between would change them.</summary>
    public static byte[] Sign(PushHead head, Secret key, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(head.Timestamp + head.Nonce + key.Reveal()));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    /// <summary>Compares in constant time.</summary>
    public static bool IsSignedBy(PushHead head, Secret key, ReadOnlySpan<byte> body) =>
        CryptographicOperations.FixedTimeEquals(Sign(head, key, body), head.Signature);

    /// <summary>AES-256-CBC with PKCS#7 under SHA-256 of the key; the first 16 bytes are the IV.</summary>
    /// <returns>Null when it does not decrypt.</returns>
    public static byte[]? Open(ReadOnlySpan<byte> encrypted, Secret key)
    {
        if (encrypted.Length < 2 * BlockBytes || encrypted.Length % BlockBytes != 0)
        {
            return null;
        }

        using var aes = Aes.Create();
        aes.Key = SHA256.HashData(Encoding.UTF8.GetBytes(key.Reveal()));
        try
        {
            return aes.DecryptCbc(encrypted[BlockBytes..], encrypted[..BlockBytes], PaddingMode.PKCS7);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}

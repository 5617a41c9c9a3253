using System.Buffers.Text;
using System.Security.Cryptography;

namespace LarkService.Platform;

/// <summary>Unguessable identifiers, written in base64url (RFC 4648 §5, no padding).</summary>
internal static class RandomIds
{
    /// <param name="bits">Entropy, a multiple of 8.</param>
    public static string Create(int bits) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bits / 8));
}

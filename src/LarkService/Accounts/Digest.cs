using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LarkService.Accounts;

/// <summary>
/// SHA-256 of what was made of 256 random bits, or of what only has to be unreadable. Nobody guesses such a value however fast they can
/// hash, so it needs none of the slowness that passwords need.
/// </summary>
internal static class Digest
{
    public static string Of(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

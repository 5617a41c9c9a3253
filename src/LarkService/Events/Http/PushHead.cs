using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace LarkService.Events.Http;

/// <summary>The three headers that the platform signs a push with.</summary>
/// <param name="Timestamp">As written: Unix time in seconds.</param>
/// <param name="Nonce">As written.</param>
/// <param name="Signature">SHA-256, 32 bytes.</param>
/// <param name="SignedAt">The timestamp, read.</param>
internal sealed record PushHead(string Timestamp, string Nonce, byte[] Signature, DateTimeOffset SignedAt)
{
    private const int MaxNonce = 200;
    private const int HexDigits = 64;

    /// <summary>True when no header of the three is there: only the check of the address is pushed unsigned.</summary>
    public static bool IsUnsigned(IHeaderDictionary headers) =>
        headers["X-Lark-Request-Timestamp"].Count + headers["X-Lark-Request-Nonce"].Count + headers["X-Lark-Signature"].Count == 0;

    /// <returns>Null when one is missing, doubled or in no form the platform writes.</returns>
    public static PushHead? Read(IHeaderDictionary headers) =>
        One(headers["X-Lark-Request-Timestamp"], out var timestamp)
        && One(headers["X-Lark-Request-Nonce"], out var nonce) && nonce.Length <= MaxNonce
        && One(headers["X-Lark-Signature"], out var signature) && signature.Length == HexDigits && signature.All(char.IsAsciiHexDigit)
        && timestamp.Length <= 11 && long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? new(timestamp, nonce, Convert.FromHexString(signature), DateTimeOffset.FromUnixTimeSeconds(seconds))
            : null;

    private static bool One(StringValues values, [NotNullWhen(true)] out string? value)
    {
        value = values.Count == 1 ? values[0] : null;
        return !string.IsNullOrEmpty(value);
    }
}

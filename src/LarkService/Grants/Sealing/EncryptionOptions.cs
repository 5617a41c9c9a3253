using System.ComponentModel.DataAnnotations;
using LarkService.Platform;
using LarkService.Platform.Configuration;

namespace LarkService.Grants.Sealing;

/// <summary>The keys that tokens are sealed with (<c>Encryption</c>). There is no default: without keys nothing starts.</summary>
internal sealed record EncryptionOptions : ICheckedOptions
{
    public const int KeyBytes = 32;
    public const int LongestId = 32;
    private const string IdShape = "use up to 32 letters, digits, '-' or '_'";
    private const string HowToMake = "make one with: LarkService keys generate";

    public static string Section => "Encryption";

    /// <summary>Which key seals from now on; the others still open what they sealed.</summary>
    public string? ActiveKeyId { get; init; }

    /// <summary>By id: 32 random bytes in base64.</summary>
    public IReadOnlyDictionary<string, Secret> Keys { get; init; } = new Dictionary<string, Secret>();

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        if (string.IsNullOrWhiteSpace(ActiveKeyId))
        {
            yield return Mend.Key("Encryption__ActiveKeyId", "is missing: name the key that seals tokens, for example k1");
        }
        else if (!IsId(ActiveKeyId))
        {
            // Not repeated: it may be a key, written in the wrong place.
            yield return Mend.Key("Encryption__ActiveKeyId", $"is no id of a key: {IdShape}");
        }
        else if (!Keys.ContainsKey(ActiveKeyId))
        {
            yield return Mend.Key($"Encryption__Keys__{ActiveKeyId}", $"is missing: set it to 32 random bytes in base64; {HowToMake}");
        }

        foreach (var (id, key) in Keys)
        {
            if (!IsId(id))
            {
                yield return Mend.Key("Encryption__Keys", $"holds an id that begins with '{(id.Length > 4 ? id[..4] + "…" : id)}' and is too long or odd: {IdShape}");
            }
            else if (Decode(key) is null)
            {
                yield return Mend.Key($"Encryption__Keys__{id}", $"is not 32 bytes in base64; {HowToMake}");
            }
        }
    }

    public static bool IsId(string id) => id.Length is > 0 and <= LongestId && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <returns>The key's bytes, or null when it is no key.</returns>
    public static byte[]? Decode(Secret key)
    {
        var bytes = new byte[KeyBytes];
        return Convert.TryFromBase64String(key.Reveal(), bytes, out var written) && written == KeyBytes ? bytes : null;
    }
}

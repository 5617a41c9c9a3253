using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LarkService.Accounts.Keys;

/// <summary>
/// What an API key looks like: <c>lks_</c>, 8 characters to know it by, 43 that are secret (256 bits), and 6 that follow from the rest.
/// So secret scanners find it wherever it was left, and a typo is told from a wrong key without asking the database.
/// </summary>
internal static class ApiKeyText
{
    public const string Mark = "lks_";
    public const int PrefixLength = 8;
    public const int Length = SecretEnd + 1 + SumLength;
    private const int SecretLength = 43;
    private const int SumLength = 6;
    private const int PrefixEnd = 4 + PrefixLength;
    private const int SecretEnd = PrefixEnd + 1 + SecretLength;
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly SearchValues<char> Known = SearchValues.Create(Letters);

    public static (string Key, string Prefix) Create()
    {
        var prefix = RandomNumberGenerator.GetString(Letters, PrefixLength);
        return (Create(prefix), prefix);
    }

    public static string Create(string prefix)
    {
        var body = $"{Mark}{prefix}_{RandomNumberGenerator.GetString(Letters, SecretLength)}";
        Span<char> sum = stackalloc char[SumLength];
        WriteSum(body, sum);
        return $"{body}_{sum}";
    }

    public static bool LooksLikeOne(ReadOnlySpan<char> text) => text.StartsWith(Mark, StringComparison.Ordinal);

    /// <summary>Nothing is missing and nothing was mistyped; whether anybody gave it out is another matter.</summary>
    public static bool IsWhole(ReadOnlySpan<char> text)
    {
        if (text.Length != Length || !LooksLikeOne(text) || text[PrefixEnd] != '_' || text[SecretEnd] != '_'
            || Prefix(text).ContainsAnyExcept(Known) || text[(PrefixEnd + 1)..SecretEnd].ContainsAnyExcept(Known))
        {
            return false;
        }

        Span<char> sum = stackalloc char[SumLength];
        WriteSum(text[..SecretEnd], sum);
        return text[(SecretEnd + 1)..].SequenceEqual(sum);
    }

    public static ReadOnlySpan<char> Prefix(ReadOnlySpan<char> key) => key[Mark.Length..PrefixEnd];

    /// <summary>SHA-256: fast is right here, nobody guesses 256 random bits.</summary>
    public static void Hash(ReadOnlySpan<char> key, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        SHA256.HashData(bytes[..Encoding.ASCII.GetBytes(key, bytes)], hash);
    }

    private static void WriteSum(ReadOnlySpan<char> body, Span<char> sum)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(body, hash);
        var rest = BinaryPrimitives.ReadUInt32BigEndian(hash);
        for (var i = SumLength - 1; i >= 0; i--)
        {
            sum[i] = Letters[(int)(rest % (uint)Letters.Length)];
            rest /= (uint)Letters.Length;
        }
    }
}

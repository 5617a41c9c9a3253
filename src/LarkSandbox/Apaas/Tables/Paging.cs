using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LarkSandbox.Apaas.Tables;

/// <summary>Pages of a list. A page token belongs to the list it came with; for any other it is wrong.</summary>
internal static class Paging
{
    /// <summary>Reads a page size; throws <see cref="FormatException"/> when it is none.</summary>
    public static int Size(string? text, int otherwise, int most)
    {
        if (string.IsNullOrEmpty(text))
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size >= 1 && size <= most
            ? size
            : throw new FormatException(FormattableString.Invariant($"page_size is 1 to {most}"));
    }

    public static string Token(int offset, string list) =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{offset}.{Mark(list)}")));

    public static int Offset(string? token, string list)
    {
        if (string.IsNullOrEmpty(token))
        {
            return 0;
        }

        var text = Base64Url.IsValid(token) ? Encoding.ASCII.GetString(Base64Url.DecodeFromChars(token)) : "";
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && text[(dot + 1)..] == Mark(list) && int.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : throw new FormatException("page_token is not of this list");
    }

    private static string Mark(string list) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(list)).AsSpan(0, 6));
}

using System.Globalization;
using System.Security.Cryptography;

namespace LarkSandbox.Hosting;

/// <summary>Identifiers in the platform's own shapes.</summary>
internal static class Ids
{
    private const string Crockford = "0123456789abcdefghjkmnpqrstuvwxyz";

    public static string Hex(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));

    public static string Message() => "om_" + Hex(16);

    public static string Event() => Hex(16);

    public static string CardToken() => "c-" + Hex(20);

    public static string Aily(string prefix, int length) => prefix + RandomNumberGenerator.GetString(Crockford, length);

    /// <summary>A log id as the platform writes it: local time to the second, then hex.</summary>
    public static string Log(DateTimeOffset now) =>
        now.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture) + Hex(9).ToUpperInvariant();
}

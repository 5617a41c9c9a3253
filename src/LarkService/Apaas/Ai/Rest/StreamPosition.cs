using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>
/// How far somebody has read, as the id of an event says it: which question, how many characters, and a hash of them. So any replica can
/// go on without having kept the words: Aily has them.
/// </summary>
/// <param name="TurnId">The question.</param>
/// <param name="Length">UTF-16 units that were read.</param>
/// <param name="Hash">Of what was read.</param>
internal sealed partial record StreamPosition(string TurnId, int Length, string Hash)
{
    public static StreamPosition Of(string turnId, string read) => new(turnId, read.Length, HashOf(read));

    /// <returns>Null when it is no event id of ours.</returns>
    public static StreamPosition? Parse(string? eventId) => Shape().Match(eventId ?? "") is { Success: true } match
        ? new(match.Groups[1].Value, int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture), match.Groups[3].Value)
        : null;

    /// <returns>What was read, when the text still begins with it; null when it was rewritten.</returns>
    public string? ReadOf(string text) => text.Length >= Length && HashOf(text[..Length]) == Hash ? text[..Length] : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{TurnId}.{Length}.{Hash}");

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));

    [GeneratedRegex(@"^([A-Za-z0-9_-]{22})\.([0-9]{1,8})\.([0-9a-f]{8})\z")]
    private static partial Regex Shape();
}

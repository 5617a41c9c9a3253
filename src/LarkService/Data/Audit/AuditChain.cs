using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LarkService.Data.Audit;

/// <summary>How rows of the audit log hang together.</summary>
internal static class AuditChain
{
    private const int LongestDetail = 2000;

    public static AuditRow Next(long lastNumber, string lastHash, AuditEntry entry, DateTimeOffset now)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        var detail = entry.Detail is { Length: > LongestDetail } text ? text[..LongestDetail] : entry.Detail;
        return new AuditRow
        {
            Number = lastNumber + 1,
            At = at,
            Actor = entry.Actor,
            Action = entry.Action,
            AppId = entry.AppId,
            OpenId = entry.OpenId,
            Result = entry.Result,
            LogId = entry.LogId,
            Detail = detail,
            Hash = HashOf(lastHash, lastNumber + 1, at, [entry.Actor, entry.Action, entry.AppId, entry.OpenId, entry.Result, entry.LogId, detail]),
        };
    }

    /// <summary>The hash this row should have behind that one.</summary>
    public static string HashOf(string lastHash, AuditRow row) =>
        HashOf(lastHash, row.Number, row.At, [row.Actor, row.Action, row.AppId, row.OpenId, row.Result, row.LogId, row.Detail]);

    private static string HashOf(string lastHash, long number, DateTimeOffset at, ReadOnlySpan<string?> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, lastHash);
        Append(hash, number.ToString(CultureInfo.InvariantCulture));
        Append(hash, at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        foreach (var text in texts)
        {
            Append(hash, text);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // With its length before it, no text can pass for the end of its neighbour; null is no empty text.
    private static void Append(IncrementalHash hash, string? text)
    {
        Span<byte> length = stackalloc byte[4];
        var bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
        BinaryPrimitives.WriteInt32BigEndian(length, text is null ? -1 : bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}

using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace LarkService.Platform.Http;

/// <summary>One page of a list.</summary>
/// <param name="Items">In the order of creation.</param>
/// <param name="NextCursor">Hand it back for the next page; null on the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>Lists are read page by page along their time-ordered key, so that nothing is skipped while rows come and go.</summary>
internal static class Paging
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    public static bool TryRead(string? cursor, int limit, out Guid after, [NotNullWhen(false)] out string? fault)
    {
        after = Guid.Empty;
        fault = null;
        if (limit is < 1 or > MaxLimit)
        {
            fault = $"limit is {limit}: it must be between 1 and {MaxLimit}.";
        }
        else if (cursor is not null && !TryDecode(cursor, out after))
        {
            fault = "cursor is not one this list has given out: take nextCursor of the page before, unchanged.";
        }

        return fault is null;
    }

    /// <param name="rows">One more than <paramref name="limit"/> when there is a next page.</param>
    /// <param name="limit">Items of the page.</param>
    /// <param name="view">Row to item.</param>
    /// <param name="key">What the list is ordered by.</param>
    public static Page<TView> Page<TRow, TView>(List<TRow> rows, int limit, Func<TRow, TView> view, Func<TRow, Guid> key) => new(
        [.. rows.Take(limit).Select(view)],
        rows.Count > limit ? Base64Url.EncodeToString(key(rows[limit - 1]).ToByteArray(bigEndian: true)) : null);

    private static bool TryDecode(string cursor, out Guid after)
    {
        Span<byte> bytes = stackalloc byte[16];
        var good = cursor.Length == 22 && Base64Url.TryDecodeFromChars(cursor, bytes, out var written) && written == 16;
        after = good ? new Guid(bytes, bigEndian: true) : Guid.Empty;
        return good;
    }
}

using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace LarkService.Platform.Http;

/// <summary>One page of a list.</summary>
/// <param name="Items">In the order of the list.</param>
/// <param name="NextCursor">Hand it back for the next page; null on the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>Lists are read page by page along their time-ordered key, so that nothing is skipped while rows come and go.</summary>
internal static class Paging
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;
    private const string BadCursor = "cursor is not one this list has given out: take nextCursor of the page before, unchanged.";

    /// <summary>For lists in the order of their ids, the oldest first.</summary>
    public static bool TryRead(string? cursor, int limit, out Guid after, [NotNullWhen(false)] out string? fault)
    {
        after = Guid.Empty;
        fault = FaultIn(limit) ?? (cursor is not null && !TryDecode(cursor, out after) ? BadCursor : null);
        return fault is null;
    }

    /// <summary>For lists in the order of a time, the newest first.</summary>
    /// <param name="list">The list's name: its cursors fit no other.</param>
    /// <param name="cursor">From the query.</param>
    /// <param name="limit">From the query.</param>
    /// <param name="before">Where the page before ended; null for the first page.</param>
    /// <param name="fault">What is wrong with either.</param>
    public static bool TryRead(string list, string? cursor, int limit, out TimeCursor? before, [NotNullWhen(false)] out string? fault)
    {
        before = cursor is null ? null : TimeCursor.Read(list, cursor);
        fault = FaultIn(limit) ?? (cursor is not null && before is null ? BadCursor : null);
        return fault is null;
    }

    /// <param name="rows">One more than <paramref name="limit"/> when there is a next page.</param>
    /// <param name="limit">Items of the page.</param>
    /// <param name="view">Row to item.</param>
    /// <param name="cursor">Row to the cursor of what follows it.</param>
    public static Page<TView> Page<TRow, TView>(List<TRow> rows, int limit, Func<TRow, TView> view, Func<TRow, string> cursor) =>
        new([.. rows.Take(limit).Select(view)], rows.Count > limit ? cursor(rows[limit - 1]) : null);

    public static string Cursor(Guid id) => Base64Url.EncodeToString(id.ToByteArray(bigEndian: true));

    private static string? FaultIn(int limit) => limit is < 1 or > MaxLimit ? $"limit is {limit}: it must be between 1 and {MaxLimit}." : null;

    private static bool TryDecode(string cursor, out Guid after)
    {
        Span<byte> bytes = stackalloc byte[16];
        var good = cursor.Length == 22 && Base64Url.TryDecodeFromChars(cursor, bytes, out var written) && written == 16;
        after = good ? new Guid(bytes, bigEndian: true) : Guid.Empty;
        return good;
    }
}

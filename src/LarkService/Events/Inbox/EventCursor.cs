using System.Buffers.Text;
using System.Globalization;
using System.Text;
using LarkService.Platform.Http;

namespace LarkService.Events.Inbox;

/// <summary>Where a page of events ended.</summary>
/// <param name="Position">Order of arrival.</param>
/// <param name="EventId">Decides between equal positions.</param>
internal readonly record struct EventCursor(long Position, string EventId)
{
    public static EventCursor Start { get; } = new(long.MinValue, "");

    /// <param name="rows">One more than <paramref name="limit"/> when there is a next page.</param>
    /// <param name="limit">Items of the page.</param>
    public static Page<EventView> Page(List<EventView> rows, int limit) =>
        new([.. rows.Take(limit)], rows.Count > limit ? new EventCursor(rows[limit - 1].Position, rows[limit - 1].EventId).ToString() : null);

    public static EventCursor? Read(string text)
    {
        if (text.Length > 2000 || !Base64Url.IsValid(text))
        {
            return null;
        }

        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('|', 2);
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? new(position, parts[1]) : null;
    }

    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Position}|{EventId}")));
}

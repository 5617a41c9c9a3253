using System.Globalization;

namespace LarkService.Messaging;

/// <summary>
/// A moment in the markdown of a card, which each client shows in its own time zone (the platform's <c>local_datetime</c>). It stands
/// by itself: the platform does not say that it works inside other tags.
/// </summary>
internal static class LocalTime
{
    /// <summary>Day, hour and minute.</summary>
    public static string Minute(DateTimeOffset at) => $"{Day(at)} {Tag(at, "time")}";

    public static string Day(DateTimeOffset at) => Tag(at, "date_num");

    private static string Tag(DateTimeOffset at, string format) => string.Create(
        CultureInfo.InvariantCulture, $"<local_datetime millisecond='{at.ToUnixTimeMilliseconds()}' format_type='{format}'></local_datetime>");
}

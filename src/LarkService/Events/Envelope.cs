using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace LarkService.Events;

/// <summary>
/// What is around every push: the present envelope (<c>schema</c> 2.0) or the old one, where the event's own object holds its
/// type. Both read to a <see cref="LarkEvent"/>.
/// </summary>
internal static class Envelope
{
    /// <summary>Longest event id that is taken; real ones have 32 characters.</summary>
    public const int MaxEventId = 200;

    private const int MaxEventType = 200;
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 64 };

    /// <summary>Never throws, whatever the bytes.</summary>
    /// <param name="json">The push, decrypted.</param>
    /// <param name="appId">The app it came to; what the envelope itself says is in <see cref="EnvelopeOutcome.Read.NamedApp"/>.</param>
    /// <param name="now">Stands in for a time that is missing or absurd.</param>
    public static EnvelopeOutcome Read(ReadOnlyMemory<byte> json, string appId, DateTimeOffset now)
    {
        if (!Utf8.IsValid(json.Span))
        {
            return new EnvelopeOutcome.Unreadable("not_utf8");
        }

        try
        {
            using var document = JsonDocument.Parse(json, Reading);
            return Read(document.RootElement.Clone(), appId, now);
        }
        catch (JsonException)
        {
            return new EnvelopeOutcome.Unreadable("not_json");
        }
    }

    private static EnvelopeOutcome Read(JsonElement root, string appId, DateTimeOffset now)
    {
        var body = root.Child("event");
        var header = root.Child("header");
        var isNew = header.ValueKind == JsonValueKind.Object;
        var id = isNew ? header.Text("event_id") : root.Text("uuid");
        var type = isNew ? header.Text("event_type") : body.Text("type");
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(type))
        {
            return new EnvelopeOutcome.Unreadable(root.ValueKind == JsonValueKind.Object ? "no_id_or_type" : "no_object");
        }

        if (id.Length > MaxEventId || type.Length > MaxEventType)
        {
            return new EnvelopeOutcome.Unreadable("id_too_long");
        }

        var names = isNew ? header : body;
        var at = isNew ? WrittenAt(header.Text("create_time")) : SecondsWithFraction(root.Text("ts"));
        return new EnvelopeOutcome.Read(new(appId, id, type, at ?? now, names.Text("tenant_key") ?? "", body), names.Text("app_id"));
    }

    /// <summary>Unix time in milliseconds (13 digits, events) or microseconds (16, callbacks): the platform uses both without saying.</summary>
    internal static DateTimeOffset? WrittenAt(string? digits) =>
        !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? null : digits.Length switch
        {
            10 => DateTimeOffset.FromUnixTimeSeconds(number),
            13 => DateTimeOffset.FromUnixTimeMilliseconds(number),
            16 => DateTimeOffset.UnixEpoch.AddMicroseconds(number),
            _ => null,
        };

    private static DateTimeOffset? SecondsWithFraction(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 100_000_000_000
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : null;
}

/// <summary>What bytes turned out to be.</summary>
internal abstract record EnvelopeOutcome
{
    /// <param name="Event">What was pushed.</param>
    /// <param name="NamedApp">The app the envelope names; null when it names none.</param>
    public sealed record Read(LarkEvent Event, string? NamedApp) : EnvelopeOutcome;

    /// <param name="Why">One of few words.</param>
    public sealed record Unreadable(string Why) : EnvelopeOutcome;
}

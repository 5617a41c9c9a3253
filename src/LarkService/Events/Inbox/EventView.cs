using System.Text.Json.Serialization;

namespace LarkService.Events.Inbox;

/// <summary>A stored event as operators see it. Its content is not shown: people wrote it.</summary>
/// <param name="EventId">The platform's id.</param>
/// <param name="AppId">The app it came to.</param>
/// <param name="EventType">Its type.</param>
/// <param name="State"><c>received</c> or <c>dead</c>.</param>
/// <param name="Attempts">Tries begun.</param>
/// <param name="LastError">Why the last one failed.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="DueAt">Of a received one: when it is tried next.</param>
/// <param name="DeadAt">Of a dead one: when it was given up.</param>
internal sealed record EventView(string EventId, string AppId, string EventType, string State, int Attempts, string? LastError, DateTimeOffset ReceivedAt, DateTimeOffset? DueAt, DateTimeOffset? DeadAt)
{
    /// <summary>Its place in the list.</summary>
    [JsonIgnore]
    public long Position { get; init; }
}

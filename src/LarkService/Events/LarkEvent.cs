using System.Text.Json;

namespace LarkService.Events;

/// <summary>Something that happened on the platform.</summary>
/// <param name="AppId">The app it was pushed to.</param>
/// <param name="EventId">The platform's id of it: <c>header.event_id</c>, or <c>uuid</c> in the old envelope.</param>
/// <param name="EventType">For example <c>im.message.receive_v1</c>.</param>
/// <param name="CreatedAt">When it happened, by the platform's clock.</param>
/// <param name="TenantKey">The company it happened in.</param>
/// <param name="Body">The <c>event</c> object.</param>
internal sealed record LarkEvent(string AppId, string EventId, string EventType, DateTimeOffset CreatedAt, string TenantKey, JsonElement Body);

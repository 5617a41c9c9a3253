namespace LarkService.Webhooks;

/// <summary>A delivery as operators see it.</summary>
/// <param name="Id">What receivers tell repetitions by.</param>
/// <param name="NoticeId">The <c>id</c> in the body.</param>
/// <param name="Type">Of what it tells.</param>
/// <param name="Url">Whom.</param>
/// <param name="AppId">The app.</param>
/// <param name="OpenId">Whose consent or grant.</param>
/// <param name="State"><c>pending</c>, <c>delivered</c> or <c>dead</c>.</param>
/// <param name="Attempts">Tries begun.</param>
/// <param name="LastError">Why the last one failed.</param>
/// <param name="CreatedAt">When it was stored.</param>
/// <param name="DueAt">Of a pending one: when it is tried next.</param>
/// <param name="EndedAt">Of the others: when they arrived or were given up.</param>
internal sealed record DeliveryView(
    string Id, string NoticeId, string Type, string Url, string AppId, string OpenId, string State, int Attempts, string? LastError, DateTimeOffset CreatedAt, DateTimeOffset? DueAt, DateTimeOffset? EndedAt)
{
    public static DeliveryView Of(WebhookDelivery d)
    {
        var waits = d.State == DeliveryState.Pending;
        return new(d.Id, d.NoticeId, d.Type, d.Url, d.AppId, d.OpenId, d.State, d.Attempts, d.LastError, d.CreatedAt, waits ? d.DueAt : null, waits ? null : d.DueAt);
    }
}

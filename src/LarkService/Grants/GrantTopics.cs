namespace LarkService.Grants;

/// <summary>Outbox topics of this feature; stored, so the words must stay.</summary>
internal static class GrantTopics
{
    /// <summary>A grant was revoked. Payload: <see cref="GrantRevoked"/>.</summary>
    public const string Revoked = "grant.revoked";

    /// <summary>The platform will not renew a grant. Payload: <see cref="GrantNeedsConsent"/>.</summary>
    public const string ReauthorizationRequired = "grant.reauthorization_required";

    /// <summary>A refresh ended in another way than the one before. Payload: <see cref="GrantRefreshChanged"/>.</summary>
    public const string RefreshChanged = "grant.refresh_changed";

    /// <summary>Day 365 comes near. Payload: <see cref="GrantEndsSoon"/>.</summary>
    public const string EndsSoon = "grant.ends_soon";
}

/// <param name="AppId">The app.</param>
/// <param name="OpenId">Whose grant.</param>
/// <param name="By">See <see cref="RevokedBy"/>.</param>
/// <param name="ChatId">Where to tell the user; null for a direct message.</param>
internal sealed record GrantRevoked(string AppId, string OpenId, string By, string? ChatId)
{
    /// <summary>When; what was asked for later is not touched by it. Null in messages of earlier versions.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Why the platform took it back, as far as it says so: see <c>RevokedOnPlatform</c>.</summary>
    public string? Reason { get; init; }
}

/// <param name="AppId">The app.</param>
/// <param name="OpenId">Who has to agree again.</param>
/// <param name="Why">For the log: what ended the grant.</param>
internal sealed record GrantNeedsConsent(string AppId, string OpenId, string Why);

/// <param name="AppId">The app.</param>
/// <param name="OpenId">Whose grant.</param>
/// <param name="GrantedAt">Which consent it is about: a newer one needs no notice.</param>
/// <param name="EndsAt">When the platform asks for a new consent, whatever we do.</param>
internal sealed record GrantEndsSoon(string AppId, string OpenId, DateTimeOffset GrantedAt, DateTimeOffset EndsAt);

/// <param name="AppId">The app.</param>
/// <param name="OpenId">Whose grant.</param>
/// <param name="From">How the refresh before ended: see <see cref="RefreshResult"/>; null when this was the first.</param>
/// <param name="To">How this one ended.</param>
/// <param name="At">When.</param>
internal sealed record GrantRefreshChanged(string AppId, string OpenId, string? From, string To, DateTimeOffset At)
{
    /// <summary>The platform's code, where it named one.</summary>
    public int? Code { get; init; }

    /// <summary>So long the access token serves, as far as there is one.</summary>
    public DateTimeOffset? AccessEndsAt { get; init; }
}

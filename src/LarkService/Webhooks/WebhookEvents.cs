namespace LarkService.Webhooks;

/// <summary>What other systems can be told of. The words are the contract's.</summary>
internal static class WebhookEvents
{
    public const string Authorized = "authorization.authorized";
    public const string Declined = "authorization.declined";
    public const string Expired = "authorization.expired";
    public const string Failed = "authorization.failed";

    /// <summary>A grant comes to an end that only its user can move.</summary>
    public const string Expiring = "grant.expiring";

    public const string RefreshFailed = "grant.refresh_failed";

    /// <summary>Refreshes work again.</summary>
    public const string Recovered = "grant.recovered";

    public const string Revoked = "grant.revoked";

    /// <summary>A caller's call that waited for its user has ended, however.</summary>
    public const string OperationCompleted = "operation.completed";

    public static IReadOnlyList<string> All { get; } = [Authorized, Declined, Expired, Failed, Expiring, RefreshFailed, Recovered, Revoked, OperationCompleted];
}

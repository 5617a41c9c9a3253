using LarkService.Platform;

namespace LarkService.Webhooks;

/// <summary>One entry of <c>Webhooks</c>.</summary>
internal sealed record WebhookOptions
{
    public const string Section = "Webhooks";

    /// <summary>Where notices are posted to; https, or http for this machine.</summary>
    public string? Url { get; init; }

    /// <summary>Notices are signed with it; at least 32 bytes.</summary>
    public Secret? Secret { get; init; }

    /// <summary>Which; null or empty: all.</summary>
    public IReadOnlyList<string>? Events { get; init; }
}

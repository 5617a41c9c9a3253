namespace LarkSandbox.OAuth;

/// <summary>One attempt of the device flow; its link serves one decision.</summary>
internal sealed class DeviceFlow
{
    public required string DeviceCode { get; init; }

    public required string UserCode { get; init; }

    public required string FlowId { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public TimeSpan Interval { get; set; }

    public DateTimeOffset? LastPollAt { get; set; }

    public DeviceFlowState State { get; set; }

    public UserConsent? Consent { get; set; }
}

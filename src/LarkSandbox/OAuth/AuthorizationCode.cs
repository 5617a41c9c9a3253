namespace LarkSandbox.OAuth;

/// <summary>Proof of consent in the redirect flow; works once, for minutes.</summary>
internal sealed class AuthorizationCode
{
    public required string Value { get; init; }

    public required string OpenId { get; init; }

    public required UserConsent Consent { get; init; }

    public required bool OfflineAccess { get; init; }

    public required string RedirectUri { get; init; }

    public required string? Challenge { get; init; }

    public required string ChallengeMethod { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public bool Used { get; set; }
}

namespace LarkService.Data.Audit;

/// <summary>What the audit log tells of; stored, so the words must stay.</summary>
internal static class AuditActions
{
    /// <summary>A user agreed, declined, or the wrong person agreed.</summary>
    public const string Consent = "consent";

    /// <summary>Refreshing a grant ended in another way than the time before.</summary>
    public const string RefreshOutcomeChanged = "refresh_outcome_changed";

    /// <summary>A grant was taken back.</summary>
    public const string Revocation = "revocation";

    /// <summary>A caller was given a user's token.</summary>
    public const string TokenHandOut = "token_hand_out";

    /// <summary>A caller called the platform on a user's behalf; one row for many calls of one kind.</summary>
    public const string Call = "call";

    /// <summary>Everything was sealed anew with another key.</summary>
    public const string KeyRotation = "key_rotation";

    /// <summary>A caller signed in, failed to, or showed a refresh token that had been used before.</summary>
    public const string SignIn = "sign_in";

    /// <summary>An API key was made or revoked.</summary>
    public const string ApiKey = "api_key";

    /// <summary>An account was made, changed or deleted.</summary>
    public const string Account = "account";
}

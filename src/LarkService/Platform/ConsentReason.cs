namespace LarkService.Platform;

/// <summary>Why there is no token to use.</summary>
internal enum ConsentReason
{
    /// <summary>The user was never asked or never agreed.</summary>
    NotGranted,

    /// <summary>The grant has run out and cannot be renewed without the user.</summary>
    Expired,

    /// <summary>The user or an administrator took it back.</summary>
    Revoked,

    /// <summary>There is a grant, but not for this.</summary>
    ScopesMissing,
}

namespace LarkService.Platform.OpenApi;

/// <summary>
/// Codes any open API may answer with. Source: the platform's "general error codes" page (api-call-guide) and, where that is
/// silent, the behaviour of the official SDKs.
/// </summary>
internal static class PlatformCodes
{
    public const int Ok = 0;

    /// <summary>The app or tenant token is invalid or expired, or the API does not take this kind of token.</summary>
    public const int TenantTokenInvalid = 99991663;

    /// <summary>The user token is invalid, or the API does not take user tokens: told apart only by trying a fresh token.</summary>
    public const int UserTokenInvalid = 99991668;

    /// <summary>The user token has expired.</summary>
    public const int UserTokenExpired = 99991677;

    /// <summary>The app itself lacks the scope; no user can help.</summary>
    public const int AppScopeMissing = 99991672;

    /// <summary>The user has not granted the scope.</summary>
    public const int UserScopeMissing = 99991679;

    public const int RateLimited = 99991400;

    /// <summary>The consent page's, and the device endpoint's, for a scope the app does not have.</summary>
    public const int ConsentScopeNotEnabled = 20027;

    /// <summary>An administrator must enable a scope for the app; asking the user would be in vain.</summary>
    public static bool IsAppScopeMissing(int code) => code is AppScopeMissing or ConsentScopeNotEnabled;

    /// <summary>A user token was refused and a fresh one may do better.</summary>
    public static bool IsUserTokenRefused(int code) => code is UserTokenInvalid or UserTokenExpired or 20005 or 20006;

    /// <summary>A tenant token was refused and a fresh one may do better.</summary>
    public static bool IsTenantTokenRefused(int code) => code is TenantTokenInvalid or 99991664 or 99991665 or 20013;
}

using LarkService.Platform.OpenApi;

namespace LarkService.Grants.OAuth;

/// <summary>What to do when the platform refuses to refresh.</summary>
internal enum RefreshVerdict
{
    /// <summary>It will pass: keep everything, try again.</summary>
    Retry,

    /// <summary>Only the user can help.</summary>
    AskAgain,

    /// <summary>Another process may have spent the token: look at the store once more, then ask the user.</summary>
    LookThenAskAgain,

    /// <summary>An administrator must act: keep the tokens, tell no user.</summary>
    Configuration,
}

/// <summary>
/// The error table of the token endpoint for <c>refresh_token</c>. Source: the platform's refresh-user-access-token page. A
/// code that is not in it is treated as configuration, because a grant is never thrown away on a guess.
/// </summary>
internal static class RefreshVerdicts
{
    public static RefreshVerdict For(PlatformError error) => error.Code switch
    {
        20050 or 20072 => RefreshVerdict.Retry,          // server error, temporarily unavailable
        20008 => RefreshVerdict.AskAgain,                // user does not exist
        20024 => RefreshVerdict.AskAgain,                // token of another app
        20026 => RefreshVerdict.AskAgain,                // invalid, or issued by v1
        20037 => RefreshVerdict.AskAgain,                // expired, or 365 days since the authorization
        20066 => RefreshVerdict.AskAgain,                // user frozen or resigned
        20064 or 20073 => RefreshVerdict.LookThenAskAgain, // revoked, already used
        0 => RefreshVerdict.Retry,                       // no answer of the platform's: a proxy's page, say
        _ when error.IsTransient => RefreshVerdict.Retry,
        _ => RefreshVerdict.Configuration,               // 20002 secret, 20009 not installed, 20010, 20048, 20069, 20074 …
    };
}

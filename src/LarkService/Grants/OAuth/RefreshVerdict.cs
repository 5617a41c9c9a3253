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

    /// <summary>The user is gone from the company, or locked out: the grant is over, and there is nobody to ask.</summary>
    UserGone,
}

/// <summary>Reads <see cref="TokenErrorTable"/> for a refresh.</summary>
internal static class RefreshVerdicts
{
    public static RefreshVerdict For(PlatformError error) => TokenErrorTable.Find(error.Code)?.Refresh ?? (TokenErrorTable.WillPass(error)
        ? RefreshVerdict.Retry
        : RefreshVerdict.Configuration);
}

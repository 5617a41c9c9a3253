using LarkService.Platform.OpenApi;

namespace LarkService.Grants.OAuth;

/// <summary>What to do when the platform refuses an authorization code.</summary>
internal enum ExchangeVerdict
{
    /// <summary>It will pass, and the code is not spent: try again.</summary>
    Retry,

    /// <summary>This code is worth nothing (any more); a fresh link brings another.</summary>
    FreshLink,

    /// <summary>An administrator must act.</summary>
    Configuration,

    /// <summary>The user is gone from the company, or locked out.</summary>
    UserGone,
}

/// <summary>Reads <see cref="TokenErrorTable"/> for an exchange.</summary>
internal static class ExchangeVerdicts
{
    public static ExchangeVerdict For(PlatformError error) => TokenErrorTable.Find(error.Code)?.Exchange ?? (TokenErrorTable.WillPass(error)
        ? ExchangeVerdict.Retry
        : ExchangeVerdict.Configuration);
}

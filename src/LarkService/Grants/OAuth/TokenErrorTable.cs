using LarkService.Platform.OpenApi;
using C = LarkService.Grants.OAuth.ExchangeVerdict;
using R = LarkService.Grants.OAuth.RefreshVerdict;

namespace LarkService.Grants.OAuth;

/// <summary>One code of the token endpoint.</summary>
/// <param name="Code">The platform's number; it decides, whatever the HTTP status.</param>
/// <param name="Meaning">In the platform's sense.</param>
/// <param name="Refresh">What a refresh makes of it; null: not said for a refresh, so treated like an unknown code.</param>
/// <param name="Exchange">What an exchange makes of it; null: not said for an exchange.</param>
internal sealed record TokenError(int Code, string Meaning, RefreshVerdict? Refresh, ExchangeVerdict? Exchange);

/// <summary>
/// The error table of the token endpoint. Source: the platform's pages get-user-access-token and refresh-user-access-token. A
/// code that is not in it is configuration: a grant is never thrown away on a guess.
/// </summary>
internal static class TokenErrorTable
{
    public static IReadOnlyList<TokenError> Rows { get; } =
    [
        //   code  meaning                                                     refresh             exchange
        new(20001, "a required parameter is missing",                          R.Configuration,    C.Configuration),
        new(20002, "the app's secret is wrong",                                R.Configuration,    C.Configuration),
        new(20003, "the code is unknown or used",                              null,               C.FreshLink),
        new(20004, "the code is older than five minutes",                      null,               C.FreshLink),
        new(20008, "the user does not exist",                                  R.UserGone,         C.UserGone),
        new(20009, "the app is not installed in the company",                  R.Configuration,    C.Configuration),
        new(20010, "the user is outside the app's availability",               R.Configuration,    C.Configuration),
        new(20024, "the code or refresh token is another app's",               R.AskAgain,         C.Configuration),
        new(20026, "the refresh token is invalid, or of version 1",            R.AskAgain,         null),
        new(20036, "the kind of grant is not supported",                       R.Configuration,    C.Configuration),
        new(20037, "the refresh token, or the 365 days of the consent, ended", R.AskAgain,         null),
        new(20048, "the app does not exist",                                   R.Configuration,    C.Configuration),
        new(20049, "the verifier does not fit the code",                       null,               C.FreshLink),
        new(20050, "an error inside the platform",                             R.Retry,            C.Retry),
        new(20063, "the request cannot be read",                               R.Configuration,    C.Configuration),
        new(20064, "the refresh token was revoked",                            R.LookThenAskAgain, null),
        new(20065, "the code was used before",                                 null,               C.FreshLink),
        new(20066, "the user is frozen or has resigned",                       R.UserGone,         C.UserGone),
        new(20067, "a scope is named twice",                                   R.Configuration,    C.Configuration),
        new(20068, "a scope goes beyond the grant",                            R.Configuration,    C.Configuration),
        new(20069, "the app is not enabled",                                   R.Configuration,    C.Configuration),
        new(20070, "the app authenticated in two ways at once",                R.Configuration,    C.Configuration),
        new(20071, "the redirect address is not the page's",                   null,               C.Configuration),
        new(20072, "the platform is busy for the moment",                      R.Retry,            C.Retry),
        new(20073, "the refresh token was used before",                        R.LookThenAskAgain, null),
        new(20074, "the app may not refresh tokens",                           R.Configuration,    null),
        new(21000, "an access policy wants the user to pass a check",          R.Configuration,    C.Configuration),
        new(21001, "an access policy keeps the app out",                       R.Configuration,    C.Configuration),
        new(PlatformCodes.RateLimited, "too many calls",                       R.Retry,            C.Retry),
    ];

    private static readonly Dictionary<int, TokenError> ByCode = Rows.ToDictionary(row => row.Code);

    public static TokenError? Find(int code) => ByCode.GetValueOrDefault(code);

    /// <summary>For codes the table does not know: no answer of the platform's own (a proxy's page), or one that says "later".</summary>
    public static bool WillPass(PlatformError error) => error.Code == 0 || error.IsTransient;
}

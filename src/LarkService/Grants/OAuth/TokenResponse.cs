using LarkService.Platform;

namespace LarkService.Grants.OAuth;

/// <summary>Tokens as the platform issued them.</summary>
/// <param name="AccessToken">Acts as the user.</param>
/// <param name="AccessLifetime">How long; never hard-coded, the platform may change it.</param>
/// <param name="RefreshToken">Buys the next pair, once; null without <c>offline_access</c>.</param>
/// <param name="RefreshLifetime">Unused life of the refresh token.</param>
/// <param name="Scopes">What was granted, which may be less than what was asked for.</param>
internal sealed record TokenResponse(Secret AccessToken, TimeSpan AccessLifetime, Secret? RefreshToken, TimeSpan? RefreshLifetime, ScopeSet Scopes)
{
    /// <summary>The platform's name for the call.</summary>
    public string? LogId { get; init; }
}

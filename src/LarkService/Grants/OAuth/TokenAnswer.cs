using LarkService.Platform.OpenApi;

namespace LarkService.Grants.OAuth;

/// <summary>What the token endpoint answered.</summary>
internal abstract record TokenAnswer
{
    public sealed record Issued(TokenResponse Tokens) : TokenAnswer;

    /// <param name="Error">The platform's code and text.</param>
    /// <param name="OAuthError">RFC 6749 <c>error</c>; for the device grant it is what decides.</param>
    public sealed record Refused(PlatformError Error, string OAuthError) : TokenAnswer;
}

using System.Text.Json.Nodes;
using LarkSandbox.Hosting;

namespace LarkSandbox.OAuth;

/// <summary>A refusal of the token endpoint: flat, RFC 6749 style, with the platform's own code.</summary>
internal sealed record OAuthError(int? Code, string Error, string Description, int Status = StatusCodes.Status400BadRequest)
{
    public static readonly OAuthError MissingParameter = new(20001, "invalid_request", "The request is missing a required parameter.");
    public static readonly OAuthError SecretInvalid = new(20002, "invalid_client", "The client secret is invalid.");
    public static readonly OAuthError CodeNotFound = new(20003, "invalid_grant", "The authorization code is not found.");
    public static readonly OAuthError CodeExpired = new(20004, "invalid_grant", "The authorization code has expired.");
    public static readonly OAuthError UserNotFound = new(20008, "invalid_grant", "The user does not exist.");
    public static readonly OAuthError RefreshTokenInvalid = new(20026, "invalid_grant", "The refresh token passed is invalid.");
    public static readonly OAuthError GrantTypeUnsupported = new(20036, "unsupported_grant_type", "The grant type is not supported.");
    public static readonly OAuthError RefreshTokenExpired = new(20037, "invalid_grant", "The refresh token passed has expired.");
    public static readonly OAuthError AppNotFound = new(20048, "invalid_client", "The app does not exist.");
    public static readonly OAuthError PkceFailed = new(20049, "invalid_grant", "PKCE code challenge failed.");
    public static readonly OAuthError Malformed = new(20063, "invalid_request", "The request is malformed.");
    public static readonly OAuthError RefreshTokenRevoked = new(20064, "invalid_grant", "The refresh token has been revoked.");
    public static readonly OAuthError CodeUsed = new(20065, "invalid_grant", "The authorization code has been used.");
    public static readonly OAuthError DuplicateScopes = new(20067, "invalid_scope", "The scope list contains duplicate scopes.");
    public static readonly OAuthError ScopeNotGranted = new(20068, "invalid_scope", "The scope list contains scopes that are not permitted.");
    public static readonly OAuthError TwoAuthentications = new(20070, "invalid_request", "Multiple authentication methods were provided.");
    public static readonly OAuthError RedirectUriMismatch = new(20071, "invalid_grant", "The redirect URI does not match.");
    public static readonly OAuthError RefreshTokenUsed = new(20073, "invalid_grant", "The refresh token has been used.");
    public static readonly OAuthError RefreshNotAllowed = new(20074, "unauthorized_client", "The app is not allowed to refresh token.");

    // The device flow speaks RFC 8628 and adds no number.
    public static readonly OAuthError Pending = new(null, "authorization_pending", "The user has not finished yet.");
    public static readonly OAuthError SlowDown = new(null, "slow_down", "Polling too fast.");
    public static readonly OAuthError Denied = new(null, "access_denied", "The user refused.");
    public static readonly OAuthError DeviceCodeExpired = new(null, "expired_token", "The device code has expired.");
    public static readonly OAuthError DeviceCodeUnknown = new(null, "invalid_grant", "The device code is unknown.");

    public IResult ToResult()
    {
        var body = new JsonObject { ["error"] = Error, ["error_description"] = Description };
        if (Code is { } code)
        {
            body.Insert(0, "code", code);
        }

        return Answer.Body(body, Status);
    }
}

namespace LarkSandbox.OAuth;

/// <summary>A user access token or refresh token as the platform remembers it.</summary>
internal sealed class IssuedToken(string value, string openId, IReadOnlySet<string> scopes, DateTimeOffset expiresAt, DateTimeOffset authorizedAt)
{
    public string Value => value;

    public string OpenId => openId;

    public IReadOnlySet<string> Scopes => scopes;

    /// <summary>When the person agreed; 365 days later no refresh helps.</summary>
    public DateTimeOffset AuthorizedAt => authorizedAt;

    public DateTimeOffset ExpiresAt { get; set; } = expiresAt;

    public bool Revoked { get; set; }

    public bool Used { get; set; }
}

namespace LarkSandbox.Chat;

/// <summary>A person as the page shows them.</summary>
internal sealed record UserView(
    string OpenId,
    string Name,
    string EnName,
    string Initials,
    string Color,
    string Locale,
    string ChatId,
    bool HasGrant,
    long? TokenExpiresAt);

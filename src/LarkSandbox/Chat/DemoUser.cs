namespace LarkSandbox.Chat;

/// <summary>A person of the demo tenant, with every id the platform gives them and their chat with the bot.</summary>
internal sealed record DemoUser(
    string OpenId,
    string UnionId,
    string UserId,
    string ChatId,
    string Name,
    string EnName,
    string Initials,
    string Color,
    string Locale)
{
    public string Email => $"{UserId}@sandbox.example";

    /// <summary>The locale as cards spell it: <c>zh_cn</c>.</summary>
    public string CardLocale => Locale.Replace('-', '_').ToLowerInvariant();
}

using System.Globalization;
using LarkService.Grants;
using LarkService.Grants.Upkeep;
using LarkService.Messaging;

namespace LarkService.Authorization.Cards;

/// <summary>How long a grant lasts, in words.</summary>
internal static class GrantWords
{
    public static LocalizedText Until(UserGrant? grant, DateTimeOffset? agreedAt)
    {
        var since = grant?.GrantedAt ?? agreedAt;
        if (since is null)
        {
            return new("You can take this back at any time with /revoke.", "你可以随时发送 /revoke 撤销授权。");
        }

        // Without a refresh token the grant ends with its access token.
        var until = grant is { SealedRefreshToken: null, AccessExpiresAt: { } end } ? Time(end) : Day(since.Value + EndAnnouncements.Ceiling);
        return new(
            $"Agreed {Time(since.Value)} · until {until} at most · take it back at any time with /revoke",
            $"授权时间 {Time(since.Value)} · 最长至 {until} · 可随时发送 /revoke 撤销");
    }

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

using LarkService.Grants;
using LarkService.Grants.Upkeep;
using LarkService.Messaging;

namespace LarkService.Authorization.Cards;

/// <summary>A grant in words: whose it is, since when and until when.</summary>
internal static class GrantWords
{
    private const int MostNameChars = 60;

    /// <summary>The person's name, as each language knows it; empty when there is none to show.</summary>
    public static LocalizedText Name(UserGrant? grant)
    {
        var name = MarkdownText.EscapeLine(grant?.Name, MostNameChars);
        var enName = MarkdownText.EscapeLine(grant?.EnName, MostNameChars);
        return new(enName.Length > 0 ? enName : name, name, name);
    }

    /// <summary>Since when, until when, and the way out.</summary>
    public static LocalizedText Until(UserGrant? grant, DateTimeOffset? agreedAt)
    {
        if ((grant?.GrantedAt ?? agreedAt) is not { } since)
        {
            return new("You can take this back at any time with /revoke.", "你可以随时发送 /revoke 撤销授权。", "/revoke と送信すると、いつでも取り消せます。");
        }

        // Without a refresh token the grant ends with its access token.
        var until = grant is { SealedRefreshToken: null, AccessExpiresAt: { } end } ? LocalTime.Minute(end) : LocalTime.Day(since + EndAnnouncements.Ceiling);
        return new(
            $"Agreed {LocalTime.Minute(since)} · until {until} at most · take it back at any time with /revoke",
            $"授权时间 {LocalTime.Minute(since)} · 最长至 {until} · 可随时发送 /revoke 撤销",
            $"認可日時 {LocalTime.Minute(since)} · 最長 {until} まで · /revoke でいつでも取り消せます");
    }
}

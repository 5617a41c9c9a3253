using System.Text.Json;
using LarkService.Events;
using LarkService.Grants;
using LarkService.Grants.OAuth;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Authorization.Chat;

/// <summary>
/// <c>auth.user_access_token.revoked_v4</c>: a hint. The platform does not say whether an ordinary rotation or a new consent sends
/// it, too; so it counts only when it is younger than the tokens in use, and a token that lives is shown to the platform first.
/// </summary>
internal sealed class RevokedOnPlatform(UserGrants grants, UserTokens tokens, OAuthClient oauth, LarkApps apps, Revocations revocations, TimeProvider clock) : IEventHandler
{
    public const string EventType = "auth.user_access_token.revoked_v4";

    public async Task HandleAsync(LarkEvent received, CancellationToken ct)
    {
        if (Text(received.Body, "open_id") is not { Length: > 0 } openId)
        {
            return;
        }

        var user = new UserKey(received.AppId, openId);
        if (await grants.FindAsync(user, ct) is not { Status: not GrantStatus.Revoked } grant
            || (grant.AccessIssuedAt ?? grant.GrantedAt) >= received.CreatedAt
            || await IsGoodAsync(grant, ct))
        {
            return;
        }

        if (MayBeRenewed(received.Body) && grant is { SealedRefreshToken: not null })
        {
            await RenewAsync(user, ct);
            return;
        }

        await revocations.RevokeAsync(user, RevokedBy.Platform, chatId: null, ct, reason: Reason(received.Body));
    }

    /// <summary>Only the access token was taken back: the refresh token brings another.</summary>
    private static bool MayBeRenewed(JsonElement body)
    {
        // The documentation's own samples have blanks at the end.
        var types = (Text(body, "revoke_token_type") ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return types is ["user_access_token"];
    }

    private static string? Reason(JsonElement body) => Text(body, "revoke_reason") switch
    {
        null => null,
        var text when text.Contains("user action", StringComparison.OrdinalIgnoreCase) => RevokeReasons.User,
        var text when text.Contains("administrator", StringComparison.OrdinalIgnoreCase) => RevokeReasons.Administrator,
        var text when text.Contains("security", StringComparison.OrdinalIgnoreCase) => RevokeReasons.Security,
        var text when text.Contains("restriction", StringComparison.OrdinalIgnoreCase) => RevokeReasons.Restriction,
        _ => null,
    };

    private static string? Text(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <exception cref="HttpRequestException">The platform does not answer: the event is handled again later.</exception>
    private async Task<bool> IsGoodAsync(UserGrant grant, CancellationToken ct)
    {
        if (grant.AccessExpiresAt <= clock.GetUtcNow() || grants.AccessToken(grant) is not { } token)
        {
            return false;
        }

        try
        {
            _ = await oauth.UserInfoAsync(apps.Get(grant.AppId), token, ct);
            return true;
        }
        catch (PlatformException e) when (!e.Error.IsTransient && e.Error.Code != 20050)
        {
            return false;
        }
    }

    private async Task RenewAsync(UserKey user, CancellationToken ct)
    {
        if (await tokens.GetAsync(user, ScopeSet.Empty, ct) is TokenOutcome.Issued issued)
        {
            await tokens.ReplaceAsync(user, issued.Token, ScopeSet.Empty, ct);
        }
    }
}

/// <summary>Why the platform took a grant back; stored in follow-ups, so the words must stay.</summary>
internal static class RevokeReasons
{
    public const string User = "user_action";
    public const string Administrator = "administrator_action";
    public const string Security = "security";

    /// <summary>The user is frozen or has resigned, or the user or the app lost access.</summary>
    public const string Restriction = "restriction";
}

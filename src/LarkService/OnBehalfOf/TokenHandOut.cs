using LarkService.Data.Audit;
using LarkService.Grants;
using LarkService.Platform;

namespace LarkService.OnBehalfOf;

/// <summary>Gives a user's token to a caller that must have it. None leaves before its row is in the audit log.</summary>
internal sealed class TokenHandOut(UserTokens tokens, AuditLog audit)
{
    /// <exception cref="ConsentRequiredException">The user has to agree first.</exception>
    /// <exception cref="Platform.OpenApi.PlatformException">An administrator must act.</exception>
    /// <exception cref="HttpRequestException">The platform does not answer.</exception>
    public async Task<UserAccessToken> GetAsync(UserKey user, ScopeSet scopes, string caller, CancellationToken ct)
    {
        var token = (await tokens.GetAsync(user, scopes, ct)).Usable(user);
        await audit.AppendAsync(new AuditEntry(caller, AuditActions.TokenHandOut, "handed_out")
        {
            AppId = user.AppId,
            OpenId = user.OpenId,
            Detail = $"scopes asked for: {(scopes.Count == 0 ? "none" : scopes)}; the token can: {token.Scopes}",
        }, ct);
        return token;
    }
}

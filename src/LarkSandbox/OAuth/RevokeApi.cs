using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Hosting;

namespace LarkSandbox.OAuth;

/// <summary><c>POST {accounts}/oauth/v1/revoke</c>: a refresh token takes the whole grant with it, an access token only itself.</summary>
internal sealed class RevokeApi(ClientCheck clients, TokenVault vault, CallLimits limits)
{
    public async Task<IResult> HandleAsync(HttpContext http, CancellationToken ct)
    {
        if (limits.Refuse(http, "revoke") is { } limited)
        {
            return limited;
        }

        if (!http.Request.HasFormContentType || await TokenRequest.ReadAsync(http.Request, ct) is not { } request)
        {
            return OAuthError.Malformed.ToResult();
        }

        if (clients.Check(request) is { } refused)
        {
            return refused.ToResult();
        }

        if (request["token"] is not { } token)
        {
            return OAuthError.MissingParameter.ToResult();
        }

        // An unknown token is no error: RFC 7009 answers as if it had been revoked.
        if (vault.FindRefresh(token) is { } refresh)
        {
            vault.RevokeAll(refresh.OpenId);
        }
        else if (vault.FindAccess(token) is { } access)
        {
            vault.Revoke(access);
        }

        return Answer.Body(new JsonObject { ["code"] = 0 });
    }
}

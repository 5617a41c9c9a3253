using LarkService.Grants;
using LarkService.Platform;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf;

/// <summary>Routes under <c>/api/v1/grants</c> that need a user's token, and so may have to ask for consent.</summary>
internal static class TokenEndpoints
{
    public static RouteGroupBuilder MapTokens(this IEndpointRouteBuilder routes)
    {
        var grants = routes.MapGroup("/api/v1/grants").WithTags("Grants");
        grants.MapGet("/{openId}/token", HandOutAsync).RequirePermission(Permissions.TokensRead);
        grants.MapPost("/{openId}/refresh", RefreshAsync).RequirePermission(Permissions.GrantsWrite);
        return grants;
    }

    private static async Task<Results<Ok<TokenView>, ProblemHttpResult>> HandOutAsync(
        string openId, LarkApps apps, TokenHandOut handOut, CallProblems problems, HttpContext http, CancellationToken ct, string? appId = null, string? scopes = null)
    {
        http.Response.Headers.CacheControl = "no-store"; // of the answer that holds a token, and of those that soon are out of date
        if (apps.Find(appId) is not { } app)
        {
            return Problems.UnknownApp(appId, apps);
        }

        var wanted = ScopeSet.Parse(scopes);
        if ((RequestShapes.IsOpenId(openId) ? RequestShapes.FaultIn(wanted) : RequestShapes.NoOpenId) is { } fault)
        {
            return Problems.Validation(fault);
        }

        var user = new UserKey(app.AppId, openId);
        return await problems.OrProblemAsync<Ok<TokenView>>(
            user, wanted, http, async () => TypedResults.Ok(TokenView.Of(await handOut.GetAsync(user, wanted, http.User.CallerId(), ct))), ct);
    }

    private static async Task<Results<Ok<GrantView>, ProblemHttpResult>> RefreshAsync(
        string openId, LarkApps apps, ForcedRefresh refresh, CallProblems problems, HttpContext http, CancellationToken ct, string? appId = null)
    {
        if (apps.Find(appId) is not { } app)
        {
            return Problems.UnknownApp(appId, apps);
        }

        var user = new UserKey(app.AppId, openId);
        return await problems.OrProblemAsync<Ok<GrantView>>(
            user, ScopeSet.Empty, http, async () => await refresh.RunAsync(user, ct) is { } grant ? TypedResults.Ok(GrantView.Of(grant)) : GrantEndpoints.NoGrant(), ct);
    }

    /// <summary>A token for a caller that must have it.</summary>
    /// <param name="AccessToken">The user's.</param>
    /// <param name="ExpiresAt">Ask again then.</param>
    /// <param name="Scopes">What it is good for.</param>
    internal sealed record TokenView(string AccessToken, DateTimeOffset ExpiresAt, IReadOnlyList<string> Scopes)
    {
        public static TokenView Of(UserAccessToken token) => new(token.Value.Reveal(), token.ExpiresAt, [.. token.Scopes]);
    }
}

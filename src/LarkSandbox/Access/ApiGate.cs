using LarkSandbox.Hosting;
using LarkSandbox.OAuth;

namespace LarkSandbox.Access;

/// <summary>
/// Stands before every open API, simulated or not: is there such an API, does it take this kind of token, is it called too often,
/// has the app the scope, has the person granted it? Sign-in and the app's own tokens (<c>auth</c>, <c>authen</c>) have rules of their own.
/// </summary>
internal sealed class ApiGate(
    RequestDelegate next, SandboxOptions options, AppScopes appScopes, TokenVault vault, TenantTokens tenantTokens, CallLimits limits, CallCounts counts, TimeProvider clock)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (!IsGuarded(http.Request.Path))
        {
            await next(http);
            return;
        }

        var path = http.Request.Path.Value!;
        var rule = ApiRules.Documented.Find(http.Request.Method, path);
        var caller = Caller.App;
        if ((rule is null ? Unknown(http, path) : Refuse(http, rule, out caller)) is { } refusal)
        {
            await refusal.ExecuteAsync(http);
            return;
        }

        caller.Enter(http);
        counts.Add(rule!, caller);
        await next(http);
    }

    /// <summary>What is left of the open APIs when no other route wanted the call.</summary>
    public static IResult NotSimulated(HttpContext http) =>
        ApiRules.Documented.Find(http.Request.Method, http.Request.Path.Value!) is { } rule ? Refusals.NotSimulated(rule) : Refusals.UnknownPath();

    private static bool IsGuarded(PathString path) =>
        path.StartsWithSegments("/open-apis", out var api) && !api.StartsWithSegments("/authen") && !api.StartsWithSegments("/auth");

    private static IResult Unknown(HttpContext http, string path)
    {
        if (ApiRules.Documented.MethodsOf(path) is not { Count: > 0 } methods)
        {
            return Refusals.UnknownPath();
        }

        http.Response.Headers.Allow = string.Join(", ", methods);
        return Refusals.WrongMethod(methods);
    }

    private IResult? Refuse(HttpContext http, ApiRule rule, out Caller caller)
    {
        caller = Caller.App;
        if (!rule.NeedsToken)
        {
            return limits.Refuse(http, rule);
        }

        if (Bearer.Of(http) is not { } value)
        {
            return Refusals.NoToken();
        }

        return limits.Refuse(http, rule)
            ?? (value.StartsWith("t-", StringComparison.Ordinal) ? RefuseTenant(http, rule, value)
            : value.StartsWith("eyJ", StringComparison.Ordinal) || value.StartsWith("u-", StringComparison.Ordinal) ? RefuseUser(http, rule, value, out caller)
            : Refusals.NotAToken());
    }

    // An internal app's token and its tenant's are the same one.
    private IResult? RefuseTenant(HttpContext http, ApiRule rule, string value) =>
        tenantTokens.IsValid(value) && (rule.Takes("tenant") || rule.Takes("app")) ? AppScopeMissing(http, rule.AnyScope) : Refusals.TenantToken();

    private IResult? RefuseUser(HttpContext http, ApiRule rule, string value, out Caller caller)
    {
        caller = Caller.App;
        var token = vault.FindAccess(value);
        if (token is null || token.Revoked)
        {
            return Refusals.UserTokenInvalid();
        }

        if (!rule.Takes("user"))
        {
            return Refusals.UserTokenNotTaken();
        }

        if (clock.GetUtcNow() >= token.ExpiresAt)
        {
            return Refusals.UserTokenExpired();
        }

        caller = new(token.OpenId, token.Scopes);
        return ScopeMissing(http, rule, token.Scopes);
    }

    private IResult? ScopeMissing(HttpContext http, ApiRule rule, IReadOnlySet<string> granted)
    {
        if (AppScopeMissing(http, rule.AnyScope) is { } forApp)
        {
            return forApp;
        }

        if (rule.UserScopes.Count == 0)
        {
            return rule.AnyScope.Count == 0 || rule.AnyScope.Any(granted.Contains) ? null : Refusals.UserScopeMissing(http, rule.AnyScope);
        }

        // Here all of them are needed, by the app and from the person.
        return AppScopeMissing(http, [.. rule.UserScopes.Where(s => !appScopes.Has(s))])
            ?? (rule.UserScopes.Where(s => !granted.Contains(s)).ToList() is { Count: > 0 } missing ? Refusals.UserScopeMissing(http, missing) : null);
    }

    private IResult? AppScopeMissing(HttpContext http, IReadOnlyList<string> anyScope) =>
        anyScope.Count == 0 || anyScope.Any(appScopes.Has) ? null : Refusals.AppScopeMissing(http, options.AppId, anyScope);
}

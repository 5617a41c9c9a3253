using System.Diagnostics.CodeAnalysis;
using LarkService.Platform;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf;

/// <summary>In whose name a call is made, as its caller says; checked before anything is done.</summary>
/// <param name="App">Which app calls.</param>
/// <param name="User">Whose token.</param>
/// <param name="Scopes">What the caller says the call needs.</param>
internal sealed record CallTarget(LarkApp App, UserKey User, ScopeSet Scopes)
{
    public const string OpenIdHeader = "X-Lark-Open-Id";
    public const string AppIdHeader = "X-Lark-App-Id";
    public const string ScopesHeader = "X-Lark-Scopes";

    /// <summary>From the headers, for routes whose body is not ours.</summary>
    public static bool TryRead(HttpRequest request, LarkApps apps, [NotNullWhen(true)] out CallTarget? target, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        target = null;
        var (openId, appId) = (request.Headers[OpenIdHeader], request.Headers[AppIdHeader]);
        if (openId.Count > 1 || appId.Count > 1)
        {
            problem = Problems.Validation($"{OpenIdHeader} and {AppIdHeader} may each be given once only.");
            return false;
        }

        return TryRead(appId, openId, ScopeSet.Parse(request.Headers[ScopesHeader].ToString()), OpenIdHeader, apps, out target, out problem);
    }

    /// <summary>From a body that names them.</summary>
    public static bool TryRead(
        string? appId, string? openId, ScopeSet scopes, string openIdField, LarkApps apps, [NotNullWhen(true)] out CallTarget? target, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        target = null;
        if (apps.Find(appId) is not { } app)
        {
            problem = Problems.UnknownApp(appId, apps);
            return false;
        }

        if ((RequestShapes.FaultInOpenId(openId, openIdField) ?? RequestShapes.FaultIn(scopes)) is { } fault)
        {
            problem = Problems.Validation(fault);
            return false;
        }

        problem = null;
        target = new(app, new UserKey(app.AppId, openId!), scopes);
        return true;
    }
}

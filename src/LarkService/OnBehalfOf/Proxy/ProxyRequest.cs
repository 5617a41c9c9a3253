using System.Diagnostics.CodeAnalysis;
using LarkService.Platform;
using LarkService.Platform.Http;
using LarkService.Platform.Registry;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>A call that may be made: where it goes, in whose name, and what the registry knows of it.</summary>
internal sealed record ProxyRequest(CallTarget Target, HttpMethod Method, ProxyPath Path, ApiEntry? Api)
{
    /// <summary>Its name in the audit log. For what the registry does not know, the service it belongs to.</summary>
    public string Label => Api?.Label ?? $"{Method} {Path.Path[..(Path.Path.IndexOf('/', "/open-apis/".Length) is > 0 and var end ? end : Path.Path.Length)]}/…";

    public UserKey User => Target.User;

    /// <summary>Reads again what it may have done twice.</summary>
    public bool IsRead => Method == HttpMethod.Get;

    /// <summary>The address at the platform. Its host is the configured one whatever the path holds, for the path is put behind it as it is.</summary>
    public static Uri AddressOf(LarkApp app, string pathAndQuery) =>
        new(app.OpenBase.GetLeftPart(UriPartial.Authority) + pathAndQuery, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    /// <summary>Everything that can be wrong with the request is found here, before a token is asked for.</summary>
    public static bool TryRead(
        HttpContext http, LarkApps apps, ApiRegistry apis, [NotNullWhen(true)] out ProxyRequest? call, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        call = null;
        if (ProxyPath.FaultIn(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, out var path) is { } fault)
        {
            problem = ProxyProblems.PathNotAllowed(fault);
            return false;
        }

        var api = apis.Find(http.Request.Method, path.Path);
        problem = FaultOf(http.Request, path, api, apis);
        if (problem is not null || !CallTarget.TryRead(http.Request, apps, out var target, out problem))
        {
            return false;
        }

        call = new(target, HttpMethod.Parse(http.Request.Method), path, api);
        return true;
    }

    /// <summary>The same, asking for all the call needs at once.</summary>
    public ConsentRequiredException ToAskFor(ConsentRequiredException needed) =>
        needed.Gap.Reason != ConsentReason.ScopesMissing && ScopesToAskFor() is { Count: > 0 } scopes ? new(needed.User, needed.Gap with { MissingScopes = scopes }) : needed;

    /// <summary>
    /// What to ask for where the user has to be asked anyway, so that one consent is enough: what the caller says, else the least that
    /// the documentation says the API needs. It never holds a call up: whether a grant suffices is the platform's to say.
    /// </summary>
    private ScopeSet ScopesToAskFor() => Target.Scopes.Count > 0 || Api is null ? Target.Scopes : Api.LeastUserScopes();

    private static ProblemHttpResult? FaultOf(HttpRequest request, ProxyPath path, ApiEntry? api, ApiRegistry apis)
    {
        // The server has made one of the two, and told which was the other: somebody on the way may have counted by it.
        if (request.Headers.TransferEncoding.Count > 0 && request.Headers.ContainsKey("X-Content-Length"))
        {
            return ProxyProblems.TwoLengths();
        }

        if (path.FaultInQuery() is { } fault)
        {
            return Problems.Validation(fault);
        }

        if (request.ContentLength > ProxyEndpoints.MostBody)
        {
            return ProxyProblems.TooLarge();
        }

        return api is null ? apis.MethodsOf(path.Path) is { Count: > 0 } known ? ProxyProblems.MethodUnknown(request.Method, path, known) : null
            : api.TakesUserToken ? null
            : Problems.TokenType(api);
    }
}

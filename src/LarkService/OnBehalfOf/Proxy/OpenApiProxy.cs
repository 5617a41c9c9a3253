using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;
using LarkService.Platform.Registry;
using Microsoft.AspNetCore.Http.Features;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>
/// Answers a call of any open API. What is missing becomes a problem document; a call whose caller would rather wait than be refused
/// (<c>Prefer: respond-async</c>) is kept until the user has agreed.
/// </summary>
internal sealed class OpenApiProxy(LarkApps apps, ApiRegistry apis, Forwarder forwarder, CallProblems problems, CallerOperations operations, TimeProvider clock)
{
    public async Task AnswerAsync(HttpContext http)
    {
        if (!ProxyRequest.TryRead(http, apps, apis, out var call, out var problem))
        {
            await problem.ExecuteAsync(http);
            return;
        }

        using var patience = new Patience(clock, http.RequestAborted);
        var body = http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false } ? null : new ProxyBody(http.Request.Body, http.Request.ContentLength, patience);
        var answer = Preferences.WantsToWait(http.Request)
            ? await OrParkAsync(call, body, patience, http)
            : await OrProblemAsync(call, http, () => forwarder.RunAsync(call, body, patience, http));
        await answer.ExecuteAsync(http);
    }

    private async Task<IResult> OrParkAsync(ProxyRequest call, ProxyBody? body, Patience patience, HttpContext http)
    {
        if (body is not null && !await body.KeepAsync(patience.Token))
        {
            return CallerOperations.TooLargeToWait();
        }

        ConsentGap? gap = null;
        var answer = await OrProblemAsync(call, http, async () =>
        {
            try
            {
                return await forwarder.RunAsync(call, body, patience, http);
            }
            catch (ConsentRequiredException e)
            {
                gap = e.Gap;
                return TypedResults.Empty;
            }
        });
        return gap is null ? answer : await operations.AnswerAsync(ProxyOperation.Of(call, gap, body?.Kept ?? default, http), http, http.RequestAborted);
    }

    private Task<IResult> OrProblemAsync(ProxyRequest call, HttpContext http, Func<Task<IResult>> work) =>
        problems.OrProblemAsync(call.User, call.Target.Scopes, work, (gap, asked) => Task.FromResult<IResult>(CallProblems.Asked(gap, asked, http)), http.RequestAborted, http);
}

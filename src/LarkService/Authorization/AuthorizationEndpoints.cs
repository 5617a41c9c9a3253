using LarkService.Grants;
using LarkService.Platform;
using LarkService.Platform.Http;
using LarkService.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.Authorization;

/// <summary>Routes under <c>/api/v1/authorizations</c>.</summary>
internal static class AuthorizationEndpoints
{
    public static RouteGroupBuilder MapAuthorizationSessions(this IEndpointRouteBuilder routes)
    {
        var sessions = routes.MapGroup("/api/v1/authorizations").WithTags("Authorization");
        sessions.MapPost("/", AskAsync).RequirePermission(Permissions.AuthorizationsWrite);
        sessions.MapGet("/", ListAsync).RequirePermission(Permissions.AuthorizationsRead);
        sessions.MapGet("/{sessionId}", FindAsync).RequirePermission(Permissions.AuthorizationsRead);
        return sessions;
    }

    private static async Task<Results<Created<AskedView>, Ok<AskedView>, ProblemHttpResult>> AskAsync(
        AskRequest request, Consents consents, CallScopes calls, UserGrants grants, LarkApps apps, HttpContext http, CancellationToken ct)
    {
        if (request.Fault() is { } fault)
        {
            return Problems.Validation(fault);
        }

        if (apps.Find(request.AppId) is not { } app)
        {
            return Problems.UnknownApp(request.AppId, apps);
        }

        var user = new UserKey(app.AppId, request.OpenId!);
        var scopes = ScopeSet.Of(request.Scopes ?? []);
        if (request.Calls is { Count: > 0 } named)
        {
            switch (calls.Of(named!, await HeldAsync(user, app, scopes, grants, ct)))
            {
                case CallNeeds.Scopes needed:
                    scopes = scopes.Union(needed.Missing);
                    break;
                case CallNeeds.NoUserToken not:
                    return Problems.TokenType(not.Api);
                case CallNeeds.UnknownApi unknown:
                    return Problems.Validation($"calls: {unknown.Call} is not among the APIs this service knows. Is the path complete, as on the platform's page of the API? Otherwise name its scopes in scopes.");
            }
        }

        var ask = new ConsentAsk(user, scopes, SessionOrigin.Rest) { Reason = request.Reason, Detailed = request.Detail == "detailed", Locale = request.Locale };
        return await AnswerAsync(ask, consents, apps, http, ct);
    }

    private static async Task<Results<Created<AskedView>, Ok<AskedView>, ProblemHttpResult>> AnswerAsync(
        ConsentAsk ask, Consents consents, LarkApps apps, HttpContext http, CancellationToken ct)
    {
        try
        {
            return await consents.AskAsync(ask, ct) switch
            {
                AskOutcome.AlreadyGranted => TypedResults.Ok(AskedView.Granted),
                AskOutcome.Asked { CardSent: true } asked => TypedResults.Created($"/api/v1/authorizations/{asked.Session.SessionId}", AskedView.Of(asked.Session)),
                AskOutcome.Asked asked => TypedResults.Ok(AskedView.Of(asked.Session)),
                AskOutcome.TooOften often => Problems.RateLimited("This user was asked for consent too often within a minute.", often.RetryAfter, http),
                AskOutcome.TooManyScopes many => Problems.Validation($"scopes, those of calls and the app's own ones are {many.Count} together: the platform takes at most {AskRules.MostScopes} in one request. Ask in two steps."),
                _ => throw new InvalidOperationException(),
            };
        }
        catch (PlatformException e) when (PlatformCodes.IsAppScopeMissing(e.Error.Code))
        {
            return Problems.AppScopeMissing(e.Error, AppSetupAlerts.ConsolePage(apps.Get(ask.User.AppId), e.Error.Scopes));
        }
        catch (PlatformException e)
        {
            return Problems.PlatformRefused(e.Error);
        }
        catch (HttpRequestException)
        {
            return Problems.PlatformUnavailable();
        }
    }

    private static async Task<ScopeSet> HeldAsync(UserKey user, LarkApp app, ScopeSet asked, UserGrants grants, CancellationToken ct)
    {
        // One that has run out is asked for anew with all its scopes.
        var granted = await grants.FindAsync(user, ct) is { Status: not GrantStatus.Revoked } grant ? grant.Scopes : ScopeSet.Empty;
        return granted.Union(app.Scopes).Union(asked);
    }

    private static async Task<Results<Ok<Page<SessionView>>, ProblemHttpResult>> ListAsync(
        SessionList sessions, LarkApps apps, CancellationToken ct,
        string? state = null, string? appId = null, string? openId = null, string? cursor = null, int limit = Paging.DefaultLimit)
    {
        if (apps.Find(appId) is null)
        {
            return Problems.UnknownApp(appId, apps);
        }

        if (state is not null && Words.FindState(state) is null)
        {
            return Problems.Validation($"state is one of: {string.Join(", ", Enum.GetValues<SessionState>().Select(s => s.Word()))}.");
        }

        if (openId is not null && !RequestShapes.IsOpenId(openId))
        {
            return Problems.Validation(RequestShapes.NoOpenId);
        }

        if (!Paging.TryRead(SessionList.Name, cursor, limit, out var before, out var fault))
        {
            return Problems.Validation(fault);
        }

        var wanted = new SessionList.Wanted(state is null ? null : Words.State(state), string.IsNullOrEmpty(appId) ? null : appId, openId);
        return TypedResults.Ok(Paging.Page(await sessions.ReadAsync(wanted, before, limit + 1, ct), limit, SessionView.Of, SessionList.Cursor));
    }

    private static async Task<Results<Ok<SessionView>, ProblemHttpResult>> FindAsync(string sessionId, AuthorizationSessions sessions, CancellationToken ct) =>
        await sessions.FindAsync(sessionId, ct) is { } session
            ? TypedResults.Ok(SessionView.Of(session))
            : Problems.NotFound("There is no authorization session with this id.");
}

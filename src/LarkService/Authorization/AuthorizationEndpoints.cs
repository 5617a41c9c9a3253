using LarkService.Platform;
using LarkService.Platform.Http;
using LarkService.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.Authorization;

/// <summary>Routes under <c>/api/v1/authorizations</c>.</summary>
internal static class AuthorizationEndpoints
{
    /// <summary>Longest <c>reason</c>, in characters.</summary>
    public const int MaxReason = 200;

    public static RouteGroupBuilder MapAuthorizationSessions(this IEndpointRouteBuilder routes)
    {
        var sessions = routes.MapGroup("/api/v1/authorizations").WithTags("Authorization");
        sessions.MapPost("/", AskAsync).RequireAuthorization(Permissions.AuthorizationsWrite);
        sessions.MapGet("/{sessionId}", FindAsync).RequireAuthorization(Permissions.AuthorizationsRead);
        return sessions;
    }

    private static async Task<Results<Created<AskedView>, Ok<AskedView>, ProblemHttpResult>> AskAsync(
        AskRequest request, Consents consents, LarkApps apps, HttpContext http, CancellationToken ct)
    {
        if (Fault(request) is { } fault)
        {
            return Problems.Validation(fault);
        }

        if (apps.Find(request.AppId) is not { } app)
        {
            return Problems.UnknownApp(request.AppId, apps);
        }

        var ask = new ConsentAsk(new UserKey(app.AppId, request.OpenId!), ScopeSet.Of(request.Scopes ?? []), SessionOrigin.Rest)
        {
            Reason = request.Reason,
            Detailed = request.Detail == "detailed",
        };
        try
        {
            return await consents.AskAsync(ask, ct) switch
            {
                AskOutcome.AlreadyGranted => TypedResults.Ok(new AskedView(null, SessionState.Authorized.Word(), null, null, null)),
                AskOutcome.Asked { CardSent: true } asked => TypedResults.Created($"/api/v1/authorizations/{asked.Session.SessionId}", AskedView.Of(asked.Session)),
                AskOutcome.Asked asked => TypedResults.Ok(AskedView.Of(asked.Session)),
                AskOutcome.TooOften often => Problems.RateLimited("This user was asked for consent too often within a minute.", often.RetryAfter, http),
                AskOutcome.TooManyScopes many => Problems.Validation($"scopes and the app's own ones are {many.Count} together: the platform takes at most {AskRules.MostScopes} in one request."),
                _ => throw new InvalidOperationException(),
            };
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

    private static async Task<Results<Ok<SessionView>, ProblemHttpResult>> FindAsync(string sessionId, AuthorizationSessions sessions, CancellationToken ct) =>
        await sessions.FindAsync(sessionId, ct) is { } session
            ? TypedResults.Ok(SessionView.Of(session))
            : Problems.NotFound("There is no authorization session with this id.");

    private static string? Fault(AskRequest request)
    {
        if (!RequestShapes.IsOpenId(request.OpenId))
        {
            return RequestShapes.NoOpenId;
        }

        if (request.Calls is not null)
        {
            return "calls is not supported yet: name the scopes in scopes.";
        }

        if (RequestShapes.FaultIn(request.Scopes ?? []) is { } wrong)
        {
            return wrong;
        }

        if (request.Reason is { Length: > MaxReason })
        {
            return $"reason has {request.Reason.Length} characters: at most {MaxReason} are shown to the user.";
        }

        if (request.Reason?.Any(c => char.IsControl(c) && c is not '\n' and not '\r' and not '\t') == true)
        {
            return "reason holds control characters: write plain text.";
        }

        return request.Detail is null or "detailed" or "concise" ? null : "detail is 'detailed' or 'concise'.";
    }

    /// <summary>Body of <c>POST /api/v1/authorizations</c>.</summary>
    internal sealed record AskRequest(
        string? AppId, string? OpenId, IReadOnlyList<string>? Scopes, IReadOnlyList<object>? Calls, string? Reason, string? Detail);

    /// <summary>Its answer.</summary>
    internal sealed record AskedView(string? SessionId, string State, string? Flow, string? MessageId, DateTimeOffset? ExpiresAt)
    {
        public static AskedView Of(AuthorizationSession s) => new(s.SessionId, s.State.Word(), s.Flow.Word(), s.MessageId, s.ExpiresAt);
    }
}

using System.Text.RegularExpressions;
using LarkService.Platform;
using LarkService.Platform.Http;
using LarkService.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.Authorization;

/// <summary>Routes under <c>/api/v1/authorizations</c>.</summary>
internal static partial class AuthorizationEndpoints
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
        if (!OpenIdShape().IsMatch(request.OpenId ?? ""))
        {
            return "openId is missing or no open_id: it looks like ou_…, as this app sees the user.";
        }

        if (request.Calls is not null)
        {
            return "calls is not supported yet: name the scopes in scopes.";
        }

        if (request.Scopes is { } scopes)
        {
            if (scopes.Count > 50)
            {
                return $"scopes has {scopes.Count} entries: the platform takes at most 50 in one request.";
            }

            if (scopes.Select(s => s ?? "").FirstOrDefault(s => !ScopeShape().IsMatch(s)) is { } odd)
            {
                return $"scopes holds '{(odd.Length > 40 ? odd[..40] + "…" : odd)}', which is no scope: write one scope in each entry, without blanks.";
            }
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

    [GeneratedRegex("^ou_[0-9a-zA-Z]{1,61}$")]
    private static partial Regex OpenIdShape();

    [GeneratedRegex(@"^[A-Za-z0-9_.:\-]{1,100}$")]
    private static partial Regex ScopeShape();

    /// <summary>Body of <c>POST /api/v1/authorizations</c>.</summary>
    internal sealed record AskRequest(
        string? AppId, string? OpenId, IReadOnlyList<string>? Scopes, IReadOnlyList<object>? Calls, string? Reason, string? Detail);

    /// <summary>Its answer.</summary>
    internal sealed record AskedView(string? SessionId, string State, string? Flow, string? MessageId, DateTimeOffset? ExpiresAt)
    {
        public static AskedView Of(AuthorizationSession s) => new(s.SessionId, s.State.Word(), s.Flow.Word(), s.MessageId, s.ExpiresAt);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LarkService.Platform.Registry;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace LarkService.Platform.Http;

/// <summary>
/// The errors of the REST API: RFC 9457 problem documents with a stable <c>type</c> (<c>urn:lark-service:…</c>) that programs
/// may rely on, and words that say how to mend it. Never a token, a secret or a stack trace.
/// </summary>
internal static class Problems
{
    private const string Prefix = "urn:lark-service:";

    public static ProblemHttpResult Validation(string detail) => Of("validation", StatusCodes.Status400BadRequest, "The request is not valid", detail);

    public static ProblemHttpResult UnknownApp(string? appId, LarkApps apps) =>
        Of("unknown-app", StatusCodes.Status400BadRequest, "Unknown app", $"App '{Shorten(appId)}' is not configured. Known apps: {string.Join(", ", apps.All.Select(a => a.AppId))}.");

    /// <summary>No user's consent helps: the API is called as the app, or without a token.</summary>
    public static ProblemHttpResult TokenType(ApiEntry api) => Of(
        "token-type",
        StatusCodes.Status400BadRequest,
        "This API takes no user token",
        api.Tokens is [var first, ..]
            ? $"{api} takes the {first}_access_token only: it is called as the app, and nothing a user agrees to changes that. Call it with the app's own token, and leave it out here."
            : $"{api} takes no access token at all. Leave it out here.",
        ("tokens", api.Tokens));

    public static ProblemHttpResult NotFound(string detail) => Of("not-found", StatusCodes.Status404NotFound, "Not found", detail);

    /// <param name="detail">What there is too much of.</param>
    /// <param name="retryAfter">When it may be better.</param>
    /// <param name="http">Whom it is told; null when it is kept for later.</param>
    public static ProblemHttpResult RateLimited(string detail, TimeSpan retryAfter, HttpContext? http)
    {
        var seconds = RetryAfter(retryAfter, http);
        return Of("rate-limited", StatusCodes.Status429TooManyRequests, "Too many requests", detail, ("retryAfter", seconds));
    }

    /// <summary>Sets the header; whole seconds, at least one.</summary>
    public static int RetryAfter(TimeSpan wait, HttpContext? http)
    {
        var seconds = (int)Math.Max(1, Math.Ceiling(wait.TotalSeconds));
        if (http is not null)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return seconds;
    }

    /// <param name="why">What is wrong with what was sent, where the caller may know; null: no more than how to sign in.</param>
    public static ProblemHttpResult Unauthenticated(string? why = null) => Of(
        "unauthenticated", StatusCodes.Status401Unauthorized, "Who is calling?", why ?? "Send 'Authorization: Bearer <API key>' with a key this service knows.");

    public static ProblemHttpResult PermissionDenied(string permission) => NotAllowed($"The key lacks the permission '{permission}'.");

    /// <summary>Nobody sends this again and gets through: <paramref name="detail"/> says who could change that, and how.</summary>
    public static ProblemHttpResult NotAllowed(string detail) => Of("permission-denied", StatusCodes.Status403Forbidden, "Not allowed", detail);

    /// <param name="reason">Why there is no token to use.</param>
    /// <param name="missing">What the user has to agree to.</param>
    /// <param name="sessionId">The session that waits for the user; null when nobody could be asked yet.</param>
    /// <param name="cardSent">A card went out because of this call.</param>
    /// <param name="expiresAt">When that session ends.</param>
    public static ProblemHttpResult AuthorizationRequired(ConsentReason reason, ScopeSet missing, string? sessionId, bool cardSent, DateTimeOffset? expiresAt) => Of(
        "authorization-required",
        StatusCodes.Status403Forbidden,
        "The user has to agree first",
        cardSent ? "The user was asked with a card in chat. Repeat the call when they have agreed."
            : sessionId is not null ? "The user has a card in chat that asks for it. Repeat the call when they have agreed."
            : reason == ConsentReason.ScopesMissing && missing.Count == 0 ? "The platform misses a scope and names none, and this API is not known here. Ask for what it needs: with POST /api/v1/authorizations, or X-Lark-Scopes."
            : "The user was asked too often of late and is left in peace for the moment. Repeat the call later.",
        ("sessionId", sessionId), ("reason", JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString())), ("missingScopes", missing.ToArray()), ("cardSent", cardSent), ("expiresAt", expiresAt));

    /// <summary>Nobody but an administrator can help: the app itself lacks one of these scopes.</summary>
    /// <param name="error">What the platform said.</param>
    /// <param name="consoleUrl">Where the console enables them; null: the platform's own link, when it gave one.</param>
    public static ProblemHttpResult AppScopeMissing(OpenApi.PlatformError error, Uri? consoleUrl = null) => Of(
        "app-scope-missing",
        StatusCodes.Status403Forbidden,
        "The app lacks a scope",
        "The app itself lacks a scope that this call needs. No user can help: an administrator enables it in the developer console and publishes a version.",
        ("missingScopes", error.Scopes.ToArray()), ("consoleUrl", consoleUrl?.AbsoluteUri ?? error.HelpUrl), ("code", error.Code), ("logId", error.LogId));

    public static ProblemHttpResult PlatformRefused(OpenApi.PlatformError error) => OpenApi.PlatformCodes.IsAppScopeMissing(error.Code) ? AppScopeMissing(error) : Of(
        "platform-error",
        StatusCodes.Status502BadGateway,
        "The platform refused the call",
        $"Feishu/Lark answered code {error.Code}.",
        ("code", error.Code), ("msg", error.Message), ("logId", error.LogId));

    /// <param name="mayBeDone">The call was or may have been sent, and changes something.</param>
    public static ProblemHttpResult PlatformUnavailable(bool mayBeDone = false) => Of(
        "platform-unavailable",
        StatusCodes.Status503ServiceUnavailable,
        mayBeDone ? "The platform's answer was lost" : "The platform cannot be reached",
        mayBeDone
            ? "The call was or may have been sent, and Feishu/Lark's answer did not arrive. Whether it was carried out is not known: look before you make it again."
            : "Feishu/Lark did not answer in time. Nothing was lost; try again later.");

    /// <summary>Something of ours is away for the moment.</summary>
    public static ProblemHttpResult ServiceUnavailable(HttpContext http)
    {
        RetryAfter(TimeSpan.FromSeconds(5), http);
        return Of(
            "service-unavailable",
            StatusCodes.Status503ServiceUnavailable,
            "The service cannot answer at the moment",
            "Its database does not answer. Try again in a few seconds; whether a request that changes something was carried out is not known: look first, or send it with an Idempotency-Key.");
    }

    public static ProblemHttpResult PayloadTooLarge(string detail) => Of("payload-too-large", StatusCodes.Status413PayloadTooLarge, "The request is too large", detail);

    /// <summary>The call was made, and nobody holds its answer.</summary>
    public static ProblemHttpResult AnswerTooLarge() => Of(
        "payload-too-large",
        StatusCodes.Status413PayloadTooLarge,
        "The answer is too large",
        $"The call was made. Its answer is larger than {OpenApi.PlatformAnswer.MaxBytes >> 20} MB and is not kept: ask for less. The proxy without 'Prefer: respond-async' hands on answers of any size as they come.");

    public static ProblemHttpResult IdempotencyConflict(string detail) => Of("idempotency-conflict", StatusCodes.Status409Conflict, "This Idempotency-Key is taken", detail);

    /// <summary>A problem by its name; used where the type depends on the status alone.</summary>
    public static ProblemHttpResult Of(string name, int status, string title, string detail, params (string Key, object? Value)[] more)
    {
        var problem = new ProblemDetails { Type = Prefix + name, Status = status, Title = title, Detail = detail };
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToString();
        foreach (var (key, value) in more)
        {
            problem.Extensions[key] = value;
        }

        return TypedResults.Problem(problem);
    }

    private static string? Shorten(string? text) => text is { Length: > 64 } ? text[..64] + "…" : text;
}

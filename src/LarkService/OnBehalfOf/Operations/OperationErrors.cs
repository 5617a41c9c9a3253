using System.Text.Json;
using LarkService.Platform.Http;
using LarkService.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>Why an operation ended without succeeding, as a problem for its caller.</summary>
internal static class OperationErrors
{
    public static ProblemHttpResult Ended(ParkedCallEnd end, string? sessionId) => end switch
    {
        ParkedCallEnd.Declined => Consent("The user declined", "The user said no. Nothing was sent.", "declined", sessionId),
        ParkedCallEnd.Revoked => Consent("The consent was taken back", "The user's grant was taken back while the call waited for it. Nothing was sent.", "revoked", sessionId),
        ParkedCallEnd.Expired => Problems.Of(
            "session-expired",
            StatusCodes.Status410Gone,
            "The user did not answer in time",
            "Nothing was sent. Make the call again: the user is asked again. A consent that comes after this is kept, and serves the next call.",
            ("sessionId", sessionId)),
        _ => Consent("The consent did not come about", "The user was asked, and what came of it does not cover the call. Nothing was sent.", "failed", sessionId),
    };

    /// <returns>Null when the platform, or we, answered with success.</returns>
    public static PlatformError? RefusalIn(OperationAnswer answer)
    {
        var isJson = answer.ContentType?.Split(';')[0].Trim() is { } type && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
        var logId = answer.Headers.FirstOrDefault(h => h.Key.Equals("x-tt-logid", StringComparison.OrdinalIgnoreCase)).Value;
        if (!isJson || answer.Body.Span.TrimStart(" \r\n\t"u8) is not [(byte)'{', ..])
        {
            return answer.Status < StatusCodes.Status400BadRequest ? null : new PlatformError(0, $"HTTP {answer.Status}", logId, answer.Status);
        }

        var error = PlatformAnswer.Read(answer.Status, answer.Body).Error;
        return error is null ? null : error with { LogId = error.LogId ?? logId };
    }

    /// <returns>The problem document with which an operation of ours answered; null when the answer is no such.</returns>
    public static JsonElement? ProblemIn(OperationAnswer answer)
    {
        if (answer.ContentType?.StartsWith("application/problem+json", StringComparison.OrdinalIgnoreCase) != true)
        {
            return null;
        }

        try
        {
            return JsonElement.Parse(answer.Body.Span);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ProblemHttpResult Consent(string title, string detail, string reason, string? sessionId) =>
        Problems.Of("authorization-required", StatusCodes.Status403Forbidden, title, detail, ("reason", reason), ("sessionId", sessionId));
}

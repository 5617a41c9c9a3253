using System.Text;
using LarkService.OnBehalfOf.Idempotency;
using LarkService.Platform.Http;
using LarkService.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>Where callers' operations come in.</summary>
internal sealed class CallerOperations(AuditedOperations operations, CallProblems problems, ParkedOperations parked)
{
    /// <summary>A body of 1 MB in base64, and what goes with it.</summary>
    public const int MostPayloadBytes = 2 * 1024 * 1024;

    /// <summary>
    /// Carries it out now. When the user has to agree first, they are asked with a card; then the caller is told so, or, with
    /// <c>Prefer: respond-async</c>, the call waits and runs once they have agreed.
    /// </summary>
    public async Task<IResult> AnswerAsync(NewOperation operation, HttpContext http, CancellationToken ct)
    {
        var waits = Preferences.WantsToWait(http.Request);
        if (waits && Encoding.UTF8.GetByteCount(operation.Payload) > MostPayloadBytes)
        {
            return TooLargeToWait();
        }

        return await problems.OrProblemAsync(
            operation.User,
            operation.Scopes,
            () => RunAsync(operation, http, ct),
            (gap, asked) => waits && asked is not ConsentAnswer.AlreadyGranted ? parked.ParkAsync(operation, gap, asked, http, ct) : Task.FromResult<IResult>(CallProblems.Asked(gap, asked, http)),
            ct,
            http);
    }

    public static ProblemHttpResult TooLargeToWait() =>
        Problems.PayloadTooLarge("A call that may have to wait for its user (Prefer: respond-async) may have a body of at most 1 MB.");

    private async Task<IResult> RunAsync(NewOperation operation, HttpContext http, CancellationToken ct)
    {
        try
        {
            return await operations.RunAsync(operation.Kind, http.User.CallerId(), operation.User, operation.Payload, ct);
        }
        catch (Exception e) when (operation.ChangesSomething && MayBeDone(e))
        {
            Outcomes.MarkUnknown(http);
            throw new OutcomeUnknownException(e);
        }
    }

    private static bool MayBeDone(Exception e) => e switch
    {
        HttpRequestException lost => !lost.WasNeverSent() && !lost.IsTooLarge(),
        PlatformException refused => refused.Error.LeavesOutcomeOpen,
        _ => false,
    };
}

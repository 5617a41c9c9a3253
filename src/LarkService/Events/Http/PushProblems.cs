using LarkService.Platform.Http;

namespace LarkService.Events.Http;

/// <summary>What a sender is told. All that cannot prove where it comes from gets the same words: which proof failed is in the metrics.</summary>
internal static class PushProblems
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public static IResult Of(HttpPushOutcome why, HttpContext http) => why switch
    {
        HttpPushOutcome.UnknownApp => Problems.NotFound("Nothing is received at this address."),
        HttpPushOutcome.NotDeclaredJson => Invalid(StatusCodes.Status415UnsupportedMediaType, "The body must be application/json."),
        HttpPushOutcome.TooLarge => Problems.Of("payload-too-large", StatusCodes.Status413PayloadTooLarge, "The request is too large", "The body is larger than a push may be."),
        HttpPushOutcome.Incomplete => Invalid(StatusCodes.Status408RequestTimeout, "The body did not arrive in time."),
        HttpPushOutcome.Busy => Problems.RateLimited("Too many large pushes at once.", Pause, http),
        HttpPushOutcome.NotStored => Problems.Of("internal", StatusCodes.Status503ServiceUnavailable, "Something went wrong here", "The push was not taken. Please push it again."),
        HttpPushOutcome.NotEncrypted or HttpPushOutcome.Undecryptable or HttpPushOutcome.NotJson or HttpPushOutcome.Undecodable =>
            Invalid(StatusCodes.Status400BadRequest, "The body is no push that can be read here."),
        HttpPushOutcome.WrongApp or HttpPushOutcome.WrongTenant =>
            Problems.Of("permission-denied", StatusCodes.Status403Forbidden, "Not allowed", "The push is meant for somebody else."),
        _ => Problems.Of("unauthenticated", StatusCodes.Status401Unauthorized, "Who is calling?", "The push does not prove that it comes from the platform."),
    };

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Invalid(int status, string detail) =>
        Problems.Of("validation", status, "The request is not valid", detail);
}

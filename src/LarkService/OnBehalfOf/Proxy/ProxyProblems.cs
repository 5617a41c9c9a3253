using LarkService.Platform.Http;
using LarkService.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>Why a call was not made, or came to nothing, and the way out.</summary>
internal static class ProxyProblems
{
    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(1);

    public static ProblemHttpResult PathNotAllowed(string why) => Problems.Of("path-not-allowed", StatusCodes.Status403Forbidden, "This path is not called from here", why);

    public static ProblemHttpResult MethodUnknown(string method, ProxyPath path, IEnumerable<string> known) =>
        Problems.Validation($"The platform knows no {method} {path.Path}: it takes {string.Join(", ", known)} there.");

    public static ProblemHttpResult TwoLengths() =>
        Problems.Validation("The request has both a Content-Length and a Transfer-Encoding. Send one of them.");

    public static ProblemHttpResult TooLarge() =>
        Problems.Of("payload-too-large", StatusCodes.Status413PayloadTooLarge, "The request is too large", $"The body of a call may have at most {ProxyEndpoints.MostBody >> 20} MB.");

    public static ProblemHttpResult TooLargeToWait() =>
        Problems.Of("payload-too-large", StatusCodes.Status413PayloadTooLarge, "The request is too large", "A call that may have to wait for its user (Prefer: respond-async) may have a body of at most 1 MB. Without that header larger ones are sent as they come.");

    public static ProblemHttpResult RepeatRequired() => Problems.Of(
        "repeat-required",
        StatusCodes.Status409Conflict,
        "Send the request again",
        "The user's token had run out while the body was on its way, and a body of more than 1 MB is not kept. The token is renewed and the platform has refused the call: send it again.");

    public static ProblemHttpResult RateLimited(PlatformError error, HttpContext http) =>
        Problems.RateLimited("The platform takes no more calls of this API for the moment.", error.RetryAfter ?? AMoment, http);

    /// <param name="mayBeDone">The call was sent, and it may change something.</param>
    public static ProblemHttpResult Unavailable(bool mayBeDone) => mayBeDone
        ? Problems.Of(
            "platform-unavailable",
            StatusCodes.Status503ServiceUnavailable,
            "The platform's answer did not come",
            "The call was sent, and Feishu/Lark did not answer, or its answer was lost: it may have been carried out. Look before you send it again.")
        : Problems.PlatformUnavailable();
}

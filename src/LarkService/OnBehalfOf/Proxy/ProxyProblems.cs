using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>Why a call was not made, or came to nothing, and the way out.</summary>
internal static class ProxyProblems
{
    public static ProblemHttpResult PathNotAllowed(string why) => Problems.Of("path-not-allowed", StatusCodes.Status403Forbidden, "This path is not called from here", why);

    public static ProblemHttpResult MethodUnknown(string method, ProxyPath path, IEnumerable<string> known) =>
        Problems.Validation($"The platform knows no {method} {path.Path}: it takes {string.Join(", ", known)} there.");

    public static ProblemHttpResult TwoLengths() =>
        Problems.Validation("The request has both a Content-Length and a Transfer-Encoding. Send one of them.");

    public static ProblemHttpResult TooLarge() => Problems.PayloadTooLarge($"The body of a call may have at most {ProxyEndpoints.MostBody >> 20} MB.");

    public static ProblemHttpResult RepeatRequired() => Problems.Of(
        "repeat-required",
        StatusCodes.Status409Conflict,
        "Send the request again",
        "The platform refused the call for want of a good token while its body was on the way, and a body of more than 1 MB is not kept. There is a good token now: send it again.");
}

using System.Text.Json.Serialization;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.Realtime;

/// <summary>What an <c>error</c> event says: a problem, as the REST API words it.</summary>
/// <param name="Type">Programs may rely on it.</param>
/// <param name="Title">In few words.</param>
/// <param name="Detail">And how to mend it.</param>
internal sealed record LiveError(string? Type, string? Title, string? Detail)
{
    private const int LongestTarget = 64;

    /// <summary>What the client called.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Target { get; private init; }

    public static LiveError Of(ProblemHttpResult problem) => new(problem.ProblemDetails.Type, problem.ProblemDetails.Title, problem.ProblemDetails.Detail);

    /// <param name="target">What was called; null: the message was none of the protocol's.</param>
    public static LiveError NotHandled(string? target)
    {
        var shown = target is { Length: > LongestTarget } ? target[..LongestTarget] + "…" : target;
        return Of(Problems.Validation(shown is null
            ? "This is no message of SignalR's JSON protocol: {\"type\":1,\"target\":\"…\",\"arguments\":[…]} and the character U+001E. It was ignored."
            : $"'{shown}' is nothing this version takes from clients. It was ignored.")) with
        { Target = shown };
    }
}

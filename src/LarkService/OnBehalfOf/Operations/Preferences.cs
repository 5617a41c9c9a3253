namespace LarkService.OnBehalfOf.Operations;

/// <summary>What callers prefer (RFC 7240).</summary>
internal static class Preferences
{
    public const string RespondAsync = "respond-async";
    private const string Wait = "wait";

    /// <returns>True when the caller would rather come back for the answer than have the call refused for want of consent.</returns>
    public static bool WantsToWait(HttpRequest request) => Of(request.Headers).Any(preference => Is(preference, RespondAsync));

    /// <returns>Those that are no matter of ours, as one line; empty when there are none.</returns>
    public static string OfOthers(IHeaderDictionary headers) => string.Join(", ", Of(headers).Where(preference => !Is(preference, RespondAsync) && !Is(preference, Wait)));

    private static string[] Of(IHeaderDictionary headers) =>
        headers.TryGetValue("Prefer", out var lines) ? lines.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];

    private static bool Is(string preference, string name) =>
        preference.AsSpan(0, preference.AsSpan().IndexOfAny('=', ';') is >= 0 and var end ? end : preference.Length).Trim().Equals(name, StringComparison.OrdinalIgnoreCase);
}

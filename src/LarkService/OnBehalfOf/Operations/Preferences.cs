namespace LarkService.OnBehalfOf.Operations;

/// <summary>What callers prefer (RFC 7240).</summary>
internal static class Preferences
{
    public const string RespondAsync = "respond-async";

    /// <returns>True when the caller would rather come back for the answer than have the call refused for want of consent.</returns>
    public static bool WantsToWait(HttpRequest request) => request.Headers["Prefer"]
        .SelectMany(line => (line ?? "").Split(','))
        .Any(preference => preference.Split(';')[0].Trim().Equals(RespondAsync, StringComparison.OrdinalIgnoreCase));
}

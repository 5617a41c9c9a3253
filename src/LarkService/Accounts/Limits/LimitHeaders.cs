using System.Globalization;

namespace LarkService.Accounts.Limits;

/// <summary>Tells callers where they stand: <c>RateLimit-*</c>, as draft-ietf-httpapi-ratelimit-headers had it up to its version 06, which clients know.</summary>
internal static class LimitHeaders
{
    private const string Limit = "RateLimit-Limit";
    private const string Remaining = "RateLimit-Remaining";
    private const string Reset = "RateLimit-Reset";
    private const string Policy = "RateLimit-Policy";

    /// <param name="headers">Of the answer.</param>
    /// <param name="most">Requests in a window.</param>
    /// <param name="left">Further ones now.</param>
    /// <param name="wait">Until one more is free; in whole seconds, at least one.</param>
    /// <param name="window">How long a request counts.</param>
    public static void Write(IHeaderDictionary headers, int most, int left, TimeSpan wait, TimeSpan window)
    {
        var limit = most.ToString(CultureInfo.InvariantCulture);
        headers[Limit] = limit;
        headers[Remaining] = left.ToString(CultureInfo.InvariantCulture);
        headers[Reset] = ((int)Math.Max(1, Math.Ceiling(wait.TotalSeconds))).ToString(CultureInfo.InvariantCulture);
        headers[Policy] = $"{limit};w={((int)window.TotalSeconds).ToString(CultureInfo.InvariantCulture)}";
    }
}

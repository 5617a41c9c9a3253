using LarkService.Platform.OpenApi;

namespace LarkService.OnBehalfOf;

/// <summary>What a call came to, as metrics and the audit log name it.</summary>
internal static class CallOutcomes
{
    public const string Ok = "ok";

    /// <summary>The platform said no; where that is the caller's matter, they were told its own words.</summary>
    public const string Refused = "refused";

    public const string ConsentRequired = "consent_required";
    public const string RateLimited = "rate_limited";

    /// <summary>The token was renewed, and the body was too large to be kept for a second time.</summary>
    public const string RepeatRequired = "repeat_required";

    /// <summary>There was no answer.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>There was half of one.</summary>
    public const string BrokenOff = "broken_off";

    public const string CallerLeft = "caller_left";

    /// <summary>What a refusal counts as.</summary>
    public static string Of(PlatformError error) => error.IsRateLimit ? RateLimited : Refused;
}

using LarkService.Platform.OpenApi;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>What came of sending a call. What only the user or an administrator can mend is an exception.</summary>
internal abstract record SendOutcome
{
    /// <summary>The platform's own answer, whatever it says; to be disposed.</summary>
    public sealed record Answered(PlatformReply Reply) : SendOutcome;

    /// <summary>The token was refused and renewed, and the body is gone: the caller has to send it again.</summary>
    public sealed record RepeatRequired : SendOutcome;

    /// <summary>The platform takes no more such calls for a while.</summary>
    public sealed record RateLimited(PlatformError Error) : SendOutcome;
}

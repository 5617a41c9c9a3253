namespace LarkService.Platform.OpenApi;

/// <summary>What the platform said when it refused a call. The code decides; the text is for people and is never parsed.</summary>
/// <param name="Code">The platform's code, or 0 when the answer held none.</param>
/// <param name="Message">The platform's own words, shortened.</param>
/// <param name="LogId">The id the vendor's support asks for.</param>
/// <param name="HttpStatus">HTTP status of the answer; the platform uses it inconsistently.</param>
internal sealed record PlatformError(int Code, string Message, string? LogId, int HttpStatus)
{
    /// <summary>So long a limit is waited out in here; a longer one is the caller's to wait.</summary>
    public static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(2);

    /// <summary>Scopes named by the error; for a missing user scope they are alternatives: one of them suffices.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Page of the developer console that mends it, when the platform gave one.</summary>
    public string? HelpUrl { get; init; }

    /// <summary>How long to wait after a rate limit.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public bool IsRateLimit => Code == PlatformCodes.RateLimited || HttpStatus == 429;

    /// <summary>A limit that is over soon. It says that nothing was done, so a write may be made again as well.</summary>
    public bool IsShortLimit => IsRateLimit && RetryAfter <= ShortWait;

    /// <summary>Somebody on the way answered, not the platform: whether the call was carried out is not known.</summary>
    public bool LeavesOutcomeOpen => Code == PlatformCodes.Ok && HttpStatus >= 500;

    public bool IsTransient => IsRateLimit || HttpStatus >= 500;

    public override string ToString() => $"code {Code} (HTTP {HttpStatus}): {Message}{(LogId is null ? "" : $" [log id {LogId}]")}";
}

namespace LarkService.Platform.Http;

/// <summary>A feature of a request: until when its caller is one.</summary>
/// <param name="at">When their key or token ends.</param>
internal sealed class CallerUntil(DateTimeOffset at)
{
    public DateTimeOffset At { get; } = at;
}

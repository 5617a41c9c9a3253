namespace LarkService.IntegrationTests.Wire;

/// <summary>A clock that runs so many times as fast, timers included: what takes a minute is seen in seconds.</summary>
internal sealed class QuickTime(int times) : TimeProvider
{
    private readonly DateTimeOffset _began = System.GetUtcNow();
    private readonly long _beganAt = System.GetTimestamp();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _began + (System.GetElapsedTime(_beganAt) * times);

    public override long GetTimestamp() => _beganAt + ((System.GetTimestamp() - _beganAt) * times);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Shorter(dueTime), Shorter(period));

    private TimeSpan Shorter(TimeSpan span) => span <= TimeSpan.Zero ? span : TimeSpan.FromMilliseconds(Math.Ceiling(span.TotalMilliseconds / times));
}

namespace LarkSandbox.Tests;

/// <summary>The system's clock, moved ahead on demand: two weeks pass at once, timers stay real.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long _aheadTicks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _aheadTicks));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _aheadTicks, by.Ticks);
}

namespace LarkService.IntegrationTests.Support;

/// <summary>The real clock of a service that lives ahead of everybody else: tokens grow old at once, while timers take as long as ever.</summary>
internal sealed class MovableTime : TimeProvider
{
    private long _ahead;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ahead));
}

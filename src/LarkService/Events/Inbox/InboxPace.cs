namespace LarkService.Events.Inbox;

/// <summary>
/// Intake goes first: while events come in faster than one by one, handling them waits a little, so that the platform has its
/// acks in time. It goes on slowly even then, and at full speed once what waits is old: a load that does not end is no burst.
/// </summary>
internal sealed class InboxPace(TimeProvider clock)
{
    private const int Burst = 8;
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(500); // each end of handling is a flush to the disk that intake would wait for
    private static readonly TimeSpan Old = TimeSpan.FromSeconds(2);
    private long _lastBurst = long.MinValue;
    private bool _isStoring;

    private bool IsBusy => Volatile.Read(ref _isStoring) || (Interlocked.Read(ref _lastBurst) is var last and not long.MinValue && clock.GetElapsedTime(last) < Quiet);

    /// <summary>A commit begins.</summary>
    public void Storing(int rows) => Volatile.Write(ref _isStoring, rows >= Burst);

    /// <summary>It is over.</summary>
    public void Stored(int rows)
    {
        Volatile.Write(ref _isStoring, false);
        if (rows >= Burst)
        {
            Interlocked.Exchange(ref _lastBurst, clock.GetTimestamp());
        }
    }

    /// <summary>Lets the intake pass.</summary>
    /// <param name="since">When the event came that has to wait for it.</param>
    /// <param name="ct">Ends it.</param>
    public async ValueTask YieldAsync(DateTimeOffset since, CancellationToken ct)
    {
        for (var waited = TimeSpan.Zero; waited < LongestWait && IsBusy && clock.GetUtcNow() - since <= Old; waited += Quiet)
        {
            await Task.Delay(Quiet, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

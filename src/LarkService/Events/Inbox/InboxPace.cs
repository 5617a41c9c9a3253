namespace LarkService.Events.Inbox;

/// <summary>
/// Intake goes first: while events come in faster than one by one, handling them waits a little, so that the platform has its
/// acks in time. It goes on slowly even then, and at full speed once too many wait.
/// </summary>
internal sealed class InboxPace(TimeProvider clock)
{
    private const int Burst = 8;
    private const int MostBehind = 25_000;
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(500); // each end of handling is a flush to the disk that intake would wait for
    private long _behind;
    private long _lastBurst = long.MinValue;
    private bool _isStoring;

    private bool IsBusy => Interlocked.Read(ref _behind) < MostBehind
        && (Volatile.Read(ref _isStoring) || (Interlocked.Read(ref _lastBurst) is var last and not long.MinValue && clock.GetElapsedTime(last) < Quiet));

    /// <summary>A commit begins.</summary>
    public void Storing(int rows) => Volatile.Write(ref _isStoring, rows >= Burst);

    /// <summary>It is over.</summary>
    public void Stored(int rows, bool success)
    {
        Volatile.Write(ref _isStoring, false);
        Interlocked.Add(ref _behind, success ? rows : 0);
        if (rows >= Burst)
        {
            Interlocked.Exchange(ref _lastBurst, clock.GetTimestamp());
        }
    }

    /// <summary>An event was handled.</summary>
    public void Handled() => Interlocked.Decrement(ref _behind);

    /// <summary>Lets the intake pass.</summary>
    public async ValueTask YieldAsync(CancellationToken ct)
    {
        for (var waited = TimeSpan.Zero; waited < LongestWait && IsBusy; waited += Quiet)
        {
            await Task.Delay(Quiet, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

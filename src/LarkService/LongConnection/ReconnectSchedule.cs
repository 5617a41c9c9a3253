namespace LarkService.LongConnection;

/// <summary>
/// When to try again, and when to replace what has become old. Ours, not the platform's (whose clients leave gaps of up to 150 s): an app has a handful of
/// connections, so a little jitter is enough to keep them apart.
/// </summary>
/// <param name="random">Evenly spread over 0–1.</param>
internal sealed class ReconnectSchedule(Func<double> random)
{
    private const int Longest = 8;

    /// <summary>A connection that lived so long was healthy: what was before it is forgiven.</summary>
    public static readonly TimeSpan Healthy = TimeSpan.FromSeconds(30);

    /// <summary>Pause between knocks while degraded.</summary>
    public static readonly TimeSpan Knock = TimeSpan.FromSeconds(60);

    /// <summary>Give or take a tenth: a connection that lived so long is replaced, because the platform may have forgotten it while it still answers heartbeats.</summary>
    public static readonly TimeSpan OldAge = TimeSpan.FromHours(12);

    /// <summary>When a replacement failed, the next one is tried after so long; the old connection goes on meanwhile.</summary>
    public static readonly TimeSpan ReplaceAgain = TimeSpan.FromMinutes(10);

    public ReconnectSchedule()
        : this(Random.Shared.NextDouble)
    {
    }

    /// <summary>1, 2, 4, 8, 8, … s, give or take 20 %; without any failure 0–1 s.</summary>
    public TimeSpan DelayFor(int failures) => failures <= 0
        ? TimeSpan.FromSeconds(random())
        : TimeSpan.FromSeconds(Math.Min(Longest, 1L << Math.Min(failures - 1, 10)) * (0.8 + (0.4 * random())));

    /// <summary>How old a connection may become: 10.8–13.2 h, so that those of many replicas do not come together.</summary>
    public TimeSpan Age() => OldAge * (0.9 + (0.2 * random()));
}

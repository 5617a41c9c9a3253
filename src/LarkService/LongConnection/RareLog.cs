using System.Collections.Concurrent;

namespace LarkService.LongConnection;

/// <summary>
/// Says whether something odd is worth a line in the log: the first of its kind is, and one an hour after that. Metrics count
/// them all. Kinds are few; should they not be, the surplus stays silent.
/// </summary>
internal sealed class RareLog(TimeProvider clock)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromHours(1);
    private const int MaxKinds = 256;
    private readonly ConcurrentDictionary<string, long> _last = new(StringComparer.Ordinal);

    public bool Allows(string kind)
    {
        var now = clock.GetTimestamp();
        if (!_last.TryGetValue(kind, out var last))
        {
            return _last.Count < MaxKinds && _last.TryAdd(kind, now);
        }

        return clock.GetElapsedTime(last, now) >= Quiet && _last.TryUpdate(kind, now, last);
    }
}

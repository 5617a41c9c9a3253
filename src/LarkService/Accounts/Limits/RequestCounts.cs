using System.Collections.Concurrent;

namespace LarkService.Accounts.Limits;

/// <summary>Counts in memory, of a hundred thousand callers and addresses at most; those not seen for longest are forgotten first.</summary>
internal sealed class RequestCounts(TimeProvider clock)
{
    public const int Most = 100_000;
    private readonly ConcurrentDictionary<LimitKey, SlidingCount> _counts = [];
    private readonly ConcurrentDictionary<LimitKey, bool> _changed = [];
    private readonly Lock _sweeping = new();
    private int _count; // the dictionary's own count locks all of it

    /// <summary>Somebody else wants to know what changes: who was counted is remembered.</summary>
    public bool AreShared { get; set; }

    public LimitVerdict Take(LimitKey key, LimitRule rule)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var verdict = Of(key, now).Take(rule, now);
        if (AreShared && verdict.IsFree)
        {
            _changed.TryAdd(key, true);
        }

        return verdict;
    }

    /// <summary>What a request would hear; it is not counted.</summary>
    public LimitVerdict Look(LimitKey key, LimitRule rule) =>
        Find(key)?.Look(rule, clock.GetUtcNow().ToUnixTimeMilliseconds()) ?? new LimitVerdict(true, rule.Most, TimeSpan.Zero);

    public SlidingCount? Find(LimitKey key) => _counts.GetValueOrDefault(key);

    /// <summary>Those who were counted since they were last asked for.</summary>
    public IReadOnlyList<LimitKey> TakeChanged(int atMost)
    {
        List<LimitKey> keys = [];
        foreach (var (key, _) in _changed)
        {
            if (keys.Count == atMost)
            {
                break;
            }

            _changed.TryRemove(key, out _);
            keys.Add(key);
        }

        return keys;
    }

    public void ChangedAgain(LimitKey key) => _changed.TryAdd(key, true);

    private SlidingCount Of(LimitKey key, long now)
    {
        if (_counts.TryGetValue(key, out var count))
        {
            return count;
        }

        if (Volatile.Read(ref _count) >= Most)
        {
            MakeRoom(now);
        }

        var mine = new SlidingCount();
        var kept = _counts.GetOrAdd(key, mine);
        if (ReferenceEquals(kept, mine))
        {
            Interlocked.Increment(ref _count);
        }

        return kept;
    }

    private void MakeRoom(long now)
    {
        lock (_sweeping)
        {
            if (_count < Most)
            {
                return;
            }

            foreach (var (key, _) in _counts.Where(c => c.Value.IsOver(now)))
            {
                Forget(key);
            }

            if (_count >= Most)
            {
                foreach (var (key, _) in _counts.ToArray().OrderBy(c => c.Value.SeenAt).Take(Most / 8))
                {
                    Forget(key);
                }
            }
        }
    }

    private void Forget(LimitKey key)
    {
        if (_counts.TryRemove(key, out _))
        {
            Interlocked.Decrement(ref _count);
            _changed.TryRemove(key, out _);
        }
    }
}

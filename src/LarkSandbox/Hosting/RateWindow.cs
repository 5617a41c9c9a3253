using System.Collections.Concurrent;

namespace LarkSandbox.Hosting;

/// <summary>A sliding window per key; says how long to wait when it is full.</summary>
internal sealed class RateWindow(TimeProvider clock)
{
    private const int MostKeys = 20_000;

    private readonly ConcurrentDictionary<string, Queue<DateTimeOffset>> _calls = new();

    /// <summary>Null = admitted (and counted); otherwise the time until one more fits. A limit of 0 is no limit.</summary>
    public TimeSpan? Admit(string key, int limit, TimeSpan window)
    {
        if (limit <= 0)
        {
            return null;
        }

        if (_calls.Count > MostKeys)
        {
            _calls.Clear();
        }

        var now = clock.GetUtcNow();
        var calls = _calls.GetOrAdd(key, _ => new());
        lock (calls)
        {
            while (calls.TryPeek(out var oldest) && now - oldest >= window)
            {
                calls.Dequeue();
            }

            if (calls.Count >= limit)
            {
                return window - (now - calls.Peek());
            }

            calls.Enqueue(now);
            return null;
        }
    }
}

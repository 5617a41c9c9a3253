namespace LarkService.Apaas.Ai;

/// <summary>One at a time for each key, in the order of arrival; keys that nobody uses take no memory.</summary>
internal sealed class KeyedLocks<TKey>
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Entry> _entries = [];

    /// <returns>Dispose it to let the next one in.</returns>
    public async Task<IDisposable> EnterAsync(TKey key, CancellationToken ct)
    {
        var entry = Join(key);
        try
        {
            await entry.Turn.WaitAsync(ct);
            return new Held(this, key, entry);
        }
        catch
        {
            Leave(key, entry);
            throw;
        }
    }

    private Entry Join(TKey key)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                _entries[key] = entry = new Entry();
            }

            entry.Users++;
            return entry;
        }
    }

    private void Leave(TKey key, Entry entry)
    {
        lock (_gate)
        {
            if (--entry.Users == 0)
            {
                _entries.Remove(key);
                entry.Turn.Dispose();
            }
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Held(KeyedLocks<TKey> locks, TKey key, Entry entry) : IDisposable
    {
        public void Dispose()
        {
            entry.Turn.Release();
            locks.Leave(key, entry);
        }
    }
}

using System.Collections.Concurrent;
using LarkService.Platform;

namespace LarkService.Grants;

/// <summary>
/// Tokens in memory, for a second: long enough to serve a busy caller without the database, short enough to forget by itself
/// what another process has revoked. Bounded. Finding one allocates nothing.
/// </summary>
internal sealed class TokenCache(TimeProvider clock)
{
    public const int MaxUsers = 10_000;

    /// <summary>Counted from before the token was read; the news of a revocation may fail, and it must show within a second all the same.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<UserKey, Entry> _entries = [];
    private int _count; // the dictionary's own count locks all of it
    private int _isSweeping;
    private long _swept = clock.GetTimestamp();

    public TokenOutcome.Issued? Find(UserKey user) =>
        _entries.TryGetValue(user, out var entry) && IsFresh(entry) && entry.Issued.Token.ExpiresAt > clock.GetUtcNow() ? entry.Issued : null;

    /// <param name="user">Whose token.</param>
    /// <param name="issued">What callers are to get.</param>
    /// <param name="readAt">Timestamp of before it was read from the store.</param>
    public void Keep(UserKey user, TokenOutcome.Issued issued, long readAt)
    {
        if (Volatile.Read(ref _count) >= MaxUsers || clock.GetElapsedTime(Volatile.Read(ref _swept)) > BetweenSweeps)
        {
            Sweep();
        }

        var entry = new Entry(issued, readAt);
        if (_entries.TryAdd(user, entry))
        {
            Interlocked.Increment(ref _count);
        }
        else
        {
            _entries[user] = entry;
        }
    }

    public void Forget(UserKey user)
    {
        if (_entries.TryRemove(user, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    public void ForgetAll()
    {
        foreach (var (user, _) in _entries)
        {
            Forget(user);
        }
    }

    private bool IsFresh(Entry entry) => clock.GetElapsedTime(entry.ReadAt) < Fresh;

    // First what is of no use any more; if that makes no room, any eighth.
    private void Sweep()
    {
        if (Interlocked.Exchange(ref _isSweeping, 1) == 1)
        {
            return;
        }

        Volatile.Write(ref _swept, clock.GetTimestamp());
        foreach (var (user, entry) in _entries)
        {
            if (!IsFresh(entry))
            {
                Forget(user);
            }
        }

        if (Volatile.Read(ref _count) >= MaxUsers)
        {
            foreach (var (user, _) in _entries.Take(MaxUsers / 8))
            {
                Forget(user);
            }
        }

        Volatile.Write(ref _isSweeping, 0);
    }

    private sealed record Entry(TokenOutcome.Issued Issued, long ReadAt);
}

using System.Security.Cryptography;

namespace LarkService.Accounts.Keys;

/// <summary>A key as memory holds it, with everything a request needs.</summary>
/// <param name="row">As the database has it.</param>
/// <param name="perMinute">Quota of a key without one of its own.</param>
internal sealed class KnownKey(ApiKey row, int perMinute)
{
    private readonly byte[] _hash = row.Hash;
    private long _noted = row.LastUsedAt?.UtcTicks ?? 0;

    public Guid Id { get; } = row.Id;

    public Caller Caller { get; } = Caller.Key(row.Id, PermissionList.Read(row.Permissions), row.Quota ?? perMinute);

    public DateTimeOffset? ExpiresAt { get; } = row.ExpiresAt;

    public DateTimeOffset? RevokedAt { get; } = row.RevokedAt;

    /// <summary>Takes the same time whatever is wrong.</summary>
    public bool Is(ReadOnlySpan<char> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        ApiKeyText.Hash(key, hash);
        return CryptographicOperations.FixedTimeEquals(hash, _hash);
    }

    /// <returns>True once in so long a time: this use is to be noted.</returns>
    public bool IsUsed(DateTimeOffset now, TimeSpan every)
    {
        var noted = Volatile.Read(ref _noted);
        return now.UtcTicks - noted >= every.Ticks && Interlocked.CompareExchange(ref _noted, now.UtcTicks, noted) == noted;
    }
}

using LarkService.Platform;
using Microsoft.Extensions.Caching.Memory;

namespace LarkService.Grants;

/// <summary>
/// Tokens in memory, for seconds: long enough to serve a busy caller without the database, short enough to forget by itself
/// what another process has revoked. Bounded.
/// </summary>
internal sealed class TokenCache(TimeProvider clock) : IDisposable
{
    private const int MaxUsers = 10_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MaxUsers });

    public UserAccessToken? Find(UserKey user) =>
        _cache.TryGetValue(user, out Entry? entry) && entry!.Until > clock.GetUtcNow() ? entry.Token : null;

    public void Keep(UserKey user, UserAccessToken token) =>
        _cache.Set(user, new Entry(token, clock.GetUtcNow() + Fresh), new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = TimeSpan.FromMinutes(1) });

    public void Forget(UserKey user) => _cache.Remove(user);

    public void Dispose() => _cache.Dispose();

    private sealed record Entry(UserAccessToken Token, DateTimeOffset Until);
}

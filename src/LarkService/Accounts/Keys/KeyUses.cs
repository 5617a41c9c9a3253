using System.Collections.Concurrent;
using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Accounts.Keys;

/// <summary>
/// Notes when keys were used: each key once a minute at most, beside the requests, and many keys in one statement. Loses nothing that
/// matters when it fails: the next use is noted.
/// </summary>
internal sealed partial class KeyUses(Database database, TimeProvider clock, ILogger<KeyUses> logger) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private const int Most = ApiKeyCache.MaxKeys;
    private const int Step = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _used = [];

    public void Note(KnownKey key, DateTimeOffset now)
    {
        if (key.IsUsed(now, Every) && _used.Count < Most)
        {
            _used[key.Id] = now;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await WriteAllAsync();
        }
    }

    private async Task WriteAllAsync()
    {
        foreach (var some in _used.ToArray().Chunk(Step))
        {
            try
            {
                using var limit = new CancellationTokenSource(Limit, clock); // of its own: what is left at the end is written, too
                await WriteAsync([.. some.Select(s => s.Key)], some.Max(s => s.Value), limit.Token);
            }
            catch (Exception e)
            {
                Log.NotNoted(logger, e);
            }

            foreach (var written in some)
            {
                _used.TryRemove(written);
            }
        }
    }

    private async Task WriteAsync(Guid[] keys, DateTimeOffset at, CancellationToken ct)
    {
        using var turn = await database.TakeTurnAsync(ct);
        await database.RunAsync(db => db.Set<ApiKey>()
            .Where(k => keys.Contains(k.Id) && (k.LastUsedAt == null || k.LastUsedAt < at))
            .ExecuteUpdateAsync(u => u.SetProperty(k => k.LastUsedAt, at), ct));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "When API keys were last used could not be noted; later uses will be")]
        public static partial void NotNoted(ILogger logger, Exception e);
    }
}

using System.Collections.Concurrent;
using LarkService.Data;
using LarkService.Data.News;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace LarkService.Accounts.Keys;

/// <summary>
/// Keys in memory, for a second: long enough for a busy caller, short enough to forget by itself what another replica has revoked;
/// on PostgreSQL the news of it come at once. Callers who come while a key is read share that read, a failed one too. Bounded.
/// </summary>
internal sealed class ApiKeyCache(Database database, IOptions<ApiOptions> options, TimeProvider clock) : INewsSubscriber
{
    public const int MaxKeys = 10_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, Reading> _readings = new(StringComparer.Ordinal);

    public string Channel => "lark_api_keys";

    /// <param name="prefix">See <see cref="ApiKeyText.Prefix"/>.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="TimeoutException">The database did not answer in time.</exception>
    public ValueTask<KnownKey?> FindAsync(ReadOnlySpan<char> prefix, CancellationToken ct)
    {
        if (!_readings.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(prefix, out var reading) || !IsFresh(reading))
        {
            reading = Renew(prefix.ToString(), isNew: reading is null);
        }

        var task = reading.Key.Value;
        return task.IsCompletedSuccessfully ? new(task.Result) : new(task.WaitAsync(ct));
    }

    /// <summary>There was such a key when it was last read; whether that is so now, only <see cref="FindAsync"/> knows.</summary>
    /// <param name="prefix">See <see cref="ApiKeyText.Prefix"/>.</param>
    public bool Knows(ReadOnlySpan<char> prefix) => _readings.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(prefix, out var reading) && IsKnown(reading);

    /// <summary>Memory answers at once, or with a look that somebody else has begun: it costs none of its own.</summary>
    /// <param name="prefix">See <see cref="ApiKeyText.Prefix"/>.</param>
    public bool Answers(ReadOnlySpan<char> prefix) => _readings.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(prefix, out var reading) && IsFresh(reading);

    /// <summary>It is read anew before it is believed again; that there was such a key stays known.</summary>
    public void Forget(string prefix)
    {
        while (_readings.TryGetValue(prefix, out var reading) && !reading.IsOutdated && !_readings.TryUpdate(prefix, reading with { IsOutdated = true }, reading))
        {
        }
    }

    public void Heard(string payload) => Forget(payload);

    public void MissedSome()
    {
        foreach (var (prefix, _) in _readings)
        {
            Forget(prefix);
        }
    }

    private static bool IsKnown(Reading reading) =>
        reading.Key is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true, Result: var key } } ? key is not null : reading.WasKnown;

    private bool IsFresh(Reading reading) => !reading.IsOutdated && clock.GetElapsedTime(reading.StartedAt) < Fresh;

    private Reading Renew(string prefix, bool isNew)
    {
        if (isNew)
        {
            MakeRoom();
        }

        var mine = new Reading(clock.GetTimestamp(), new(() => ReadAsync(prefix)));
        return _readings.AddOrUpdate(prefix, mine, (_, found) => IsFresh(found) ? found : mine with { WasKnown = IsKnown(found) });
    }

    private async Task<KnownKey?> ReadAsync(string prefix)
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        try
        {
            var row = await database.RunAsync(db => db.Set<ApiKey>().AsNoTracking().SingleOrDefaultAsync(k => k.Prefix == prefix, limit.Token));
            return row is null ? null : new KnownKey(row, options.Value.RequestsPerMinute);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"An API key could not be read within {Patience.TotalSeconds:0} s.", e);
        }
    }

    // First what is of no use any more; if that makes no room, any eighth.
    private void MakeRoom()
    {
        if (_readings.Count < MaxKeys)
        {
            return;
        }

        foreach (var (prefix, reading) in _readings)
        {
            if (!IsFresh(reading))
            {
                _readings.TryRemove(prefix, out var _);
            }
        }

        if (_readings.Count >= MaxKeys)
        {
            foreach (var (prefix, _) in _readings.Take(MaxKeys / 8))
            {
                _readings.TryRemove(prefix, out var _);
            }
        }
    }

    /// <param name="StartedAt">Timestamp: what it finds was so then, or later.</param>
    /// <param name="Key">Begun by the first who wants it.</param>
    private sealed record Reading(long StartedAt, Lazy<Task<KnownKey?>> Key)
    {
        /// <summary>The reading before it had found the key.</summary>
        public bool WasKnown { get; init; }

        /// <summary>Something has become of the key since.</summary>
        public bool IsOutdated { get; init; }
    }
}

using System.Collections.Concurrent;
using LarkService.Data;

namespace LarkService.Grants.OAuth.Pacing;

/// <summary>
/// Keeps an app's calls to the token endpoint below the platform's limits, of all replicas together, and people before what can
/// wait. Each permit is for one call, made at once, and held until it is answered. When the database cannot answer, neither can this: what the call would bring
/// could not be stored.
/// </summary>
internal sealed partial class TokenCallPace : IAsyncDisposable
{
    /// <summary>As long as somebody waits for us at most; a page that loads longer is left.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Shorter than the turn of a poll: nobody else may begin with the same one meanwhile.</summary>
    public static readonly TimeSpan LongestBackgroundWait = TimeSpan.FromSeconds(15);

    /// <summary>A platform that asks for more is asked again after this.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PauseWhenNotTold = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, TokenCallQueue> _queues = new(StringComparer.Ordinal);
    private readonly ITokenCallPermits _permits;
    private readonly TimeProvider _clock;
    private readonly ILogger<TokenCallPace> _logger;

    public TokenCallPace(Database database, TimeProvider clock, ILogger<TokenCallPace> logger)
    {
        (_clock, _logger) = (clock, logger);
        _permits = database.IsSingleProcess ? new PermitsInMemory(clock) : new PermitsInPostgres(database);
    }

    /// <summary>Returns when a call may be made; people who wait come before what can wait.</summary>
    /// <param name="appId">Whose limits.</param>
    /// <param name="priority">Who waits.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="TokenCallsBusyException">It would take too long.</exception>
    public ValueTask<TokenCallPermit> WaitAsync(string appId, CallPriority priority, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var queue = _queues.GetOrAdd(appId, id => new TokenCallQueue(id, _permits, _clock));
        return queue.WaitAsync(priority, priority == CallPriority.Interactive ? LongestWait : LongestBackgroundWait, ct);
    }

    /// <summary>The platform said "too many": nobody of this app calls, on any replica, until that has passed.</summary>
    /// <param name="appId">Whose limits.</param>
    /// <param name="reset">How long, as the platform said it; null when it did not.</param>
    public async Task PauseAsync(string appId, TimeSpan? reset)
    {
        var pause = reset is { } told && told > TimeSpan.Zero ? told : PauseWhenNotTold;
        pause = pause < LongestPause ? pause : LongestPause;
        Log.Paused(_logger, appId, pause);
        try
        {
            // The answer that asked for it has already come: what is to be done with that does not wait for anybody's patience.
            await _permits.PauseAsync(appId, pause, CancellationToken.None);
        }
        catch (Exception e)
        {
            Log.NotPaused(_logger, appId, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _queues.Values)
        {
            await queue.DisposeAsync();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The platform takes no more calls to the token endpoint from {AppId} for now: all wait {Pause}")]
        public static partial void Paused(ILogger logger, string appId, TimeSpan pause);

        [LoggerMessage(2, LogLevel.Warning, "The others could not be told to wait with calls to the token endpoint for {AppId}")]
        public static partial void NotPaused(ILogger logger, string appId, Exception e);
    }
}

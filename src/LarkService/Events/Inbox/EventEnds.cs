using LarkService.Data;

namespace LarkService.Events.Inbox;

/// <summary>Writes down how events ended, those of all workers in shared commits. What was handled is written even when the database is away for a while, so that it is not handled again.</summary>
internal sealed partial class EventEnds : IAsyncDisposable
{
    private const int Room = 1024;
    private const int Most = 256;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly GroupCommit<EventEnd, bool> _commits;
    private readonly InboxStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger<EventEnds> _logger;

    public EventEnds(InboxStore store, TimeProvider clock, ILogger<EventEnds> logger)
    {
        (_store, _clock, _logger) = (store, clock, logger);
        _commits = new(Room, Most, CommitAsync);
    }

    /// <summary>Returns when it is written, or when trying on makes no sense any more: then its lease runs out and somebody handles it again.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="noMore">It is not ours any more, or the service stops: no further try.</param>
    public async Task WriteAsync(EventEnd end, CancellationToken noMore)
    {
        var started = _clock.GetTimestamp();
        while (true)
        {
            try
            {
                await _commits.AddAsync(end, Limit, _clock, CancellationToken.None);
                return;
            }
            catch (Exception e) when (noMore.IsCancellationRequested || _clock.GetElapsedTime(started) >= Patience)
            {
                Log.NotWritten(_logger, end.Event.EventType, end.Event.EventId, e);
                return;
            }
            catch (Exception e)
            {
                Log.Waiting(_logger, end.Event.EventType, end.Event.EventId, e);
                await Task.Delay(Pause, _clock, noMore).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public ValueTask DisposeAsync() => _commits.DisposeAsync();

    private async Task CommitAsync(IReadOnlyList<GroupCommit<EventEnd, bool>.Entry> batch)
    {
        using var limit = new CancellationTokenSource(Limit, _clock);
        try
        {
            await EndAsync(batch, limit.Token);
        }
        catch (Exception) when (batch.Count > 1 && !limit.IsCancellationRequested)
        {
            // It may be the fault of one of them, and must not be that of the others. Within the same time: the database may be away.
            foreach (var entry in batch)
            {
                await EndAloneAsync(entry, limit.Token);
            }
        }
    }

    private async Task EndAloneAsync(GroupCommit<EventEnd, bool>.Entry entry, CancellationToken ct)
    {
        try
        {
            await EndAsync([entry], ct);
        }
        catch (Exception e)
        {
            entry.TrySetException(e);
        }
    }

    private async Task EndAsync(IReadOnlyList<GroupCommit<EventEnd, bool>.Entry> batch, CancellationToken ct)
    {
        await _store.EndAsync([.. batch.Select(entry => entry.Item)], ct);
        foreach (var entry in batch)
        {
            entry.TrySetResult(true);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "How handling {EventType} {EventId} ended could not be written down; it will be handled again")]
        public static partial void NotWritten(ILogger logger, string eventType, string eventId, Exception e);

        [LoggerMessage(2, LogLevel.Debug, "How handling {EventType} {EventId} ended is not written down yet")]
        public static partial void Waiting(ILogger logger, string eventType, string eventId, Exception e);
    }
}

using System.Text;
using LarkService.Platform;

namespace LarkService.Events.Inbox;

/// <summary>Takes a run's events through their handlers, one after the other, and writes down how each ended before it begins the next.</summary>
internal sealed partial class InboxRunner(
    EventEnds ends, EventHandlers handlers, InboxPace pace, EventsMetrics metrics, TimeProvider clock, ILogger<InboxRunner> logger)
{
    /// <summary>A handler that takes longer has failed.</summary>
    private static readonly TimeSpan HandlerLimit = TimeSpan.FromMinutes(5);

    /// <param name="run">Claimed by us.</param>
    /// <param name="giveUp">The service stops and does not wait any longer.</param>
    public async Task RunAsync(InboxRun run, CancellationToken giveUp)
    {
        using var noMore = CancellationTokenSource.CreateLinkedTokenSource(run.Lost, giveUp);
        foreach (var e in run.Events)
        {
            await pace.YieldAsync(e.CreatedAt, noMore.Token);
            if (noMore.IsCancellationRequested || !run.IsSafe || await TryAsync(e, noMore.Token) is not { } end)
            {
                break;
            }

            await EndAsync(run, end, noMore.Token);
            if (end is EventEnd.Failed { Pause: not null } && RetryLadder.KeepsOrder(e.Attempts))
            {
                break; // the later ones wait for it
            }
        }

        await Task.WhenAll(run.Held().Select(rest => EndAsync(run, new EventEnd.Released(rest), noMore.Token)));
    }

    private async Task EndAsync(InboxRun run, EventEnd end, CancellationToken noMore)
    {
        run.Ending(end.Event);
        await ends.WriteAsync(end, noMore);
        run.Ended(end.Event);
    }

    /// <returns>Null: not ended, and to be given back.</returns>
    private async Task<EventEnd?> TryAsync(InboxEvent e, CancellationToken noMore)
    {
        if (RetryLadder.IsHopeless(e.Attempts))
        {
            metrics.Count(e.EventType, EventOutcome.Dead);
            Log.Hopeless(logger, e.EventType, e.EventId, e.Attempts);
            return new EventEnd.Failed(e, null, "The process ended during every try.");
        }

        try
        {
            await HandleAsync(e, noMore);
            metrics.Count(e.EventType, EventOutcome.Handled);
            return new EventEnd.Done(e);
        }
        catch (OperationCanceledException) when (noMore.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception failure)
        {
            var pause = RetryLadder.PauseAfter(e.Attempts);
            metrics.Count(e.EventType, pause is null ? EventOutcome.Dead : EventOutcome.Failed);
            Log.Failed(logger, e.EventType, e.EventId, e.Attempts, pause, failure);
            return new EventEnd.Failed(e, pause, InboxErrors.Of(failure));
        }
    }

    private async Task HandleAsync(InboxEvent e, CancellationToken noMore)
    {
        var received = Envelope.Read(Encoding.UTF8.GetBytes(e.Payload ?? ""), e.AppId, e.CreatedAt) is EnvelopeOutcome.Read read
            ? read.Event
            : throw new InvalidOperationException("The stored event cannot be read any more.");
        using var span = Traces.Start($"event {e.EventType}")?.SetTag("lark.event_id", e.EventId).SetTag("lark.app_id", e.AppId);
        using var limit = new CancellationTokenSource(HandlerLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, noMore);
        foreach (var handler in handlers.For(e.EventType))
        {
            // The token is a request. A handler that does not listen is left behind, so that it cannot keep its chat waiting for ever.
            await handler.HandleAsync(received, either.Token).WaitAsync(either.Token);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Handling {EventType} {EventId} failed at attempt {Attempt}; next in {Pause} (none: given up)")]
        public static partial void Failed(ILogger logger, string eventType, string eventId, int attempt, TimeSpan? pause, Exception e);

        [LoggerMessage(2, LogLevel.Error, "{EventType} {EventId} is given up: the process ended during every try, {Attempts} of them")]
        public static partial void Hopeless(ILogger logger, string eventType, string eventId, int attempts);
    }
}

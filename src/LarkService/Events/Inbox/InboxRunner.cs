using System.Text;

namespace LarkService.Events.Inbox;

/// <summary>Takes one claimed event through its handlers and writes down how that ended.</summary>
internal sealed partial class InboxRunner(InboxStore store, EventHandlers handlers, EventsMetrics metrics, TimeProvider clock, ILogger<InboxRunner> logger)
{
    /// <summary>A handler that takes longer has failed.</summary>
    private static readonly TimeSpan HandlerLimit = TimeSpan.FromMinutes(5);

    /// <summary>The lease is renewed so often while handlers run, a third of its length.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(20);

    /// <param name="e">Claimed by us.</param>
    /// <param name="giveUp">The service stops and does not wait any longer.</param>
    public async Task RunAsync(InboxEvent e, CancellationToken giveUp)
    {
        try
        {
            await HandleAsync(e, giveUp);
            await store.DoneAsync(e, CancellationToken.None);
            metrics.Count(e.EventType, EventOutcome.Handled);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            await store.ReleaseAsync(e, CancellationToken.None);
        }
        catch (Exception failure)
        {
            await PutBackAsync(e, failure);
        }
    }

    private async Task HandleAsync(InboxEvent e, CancellationToken giveUp)
    {
        var received = Envelope.Read(Encoding.UTF8.GetBytes(e.Payload ?? ""), e.AppId, e.CreatedAt) is EnvelopeOutcome.Read read
            ? read.Event
            : throw new InvalidOperationException("The stored event cannot be read any more.");
        using var limit = new CancellationTokenSource(HandlerLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, giveUp);
        var keeping = KeepLeaseAsync(e, either);
        try
        {
            foreach (var handler in handlers.For(e.EventType))
            {
                // The token is a request. A handler that does not listen is left behind, so that it cannot keep its chat waiting for ever.
                await handler.HandleAsync(received, either.Token).WaitAsync(either.Token);
            }
        }
        finally
        {
            await either.CancelAsync();
            await keeping;
        }
    }

    private async Task KeepLeaseAsync(InboxEvent e, CancellationTokenSource handling)
    {
        while (true)
        {
            await Task.Delay(Renewal, clock, handling.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (handling.IsCancellationRequested)
            {
                return;
            }

            try
            {
                if (!await store.RenewAsync(e, CancellationToken.None))
                {
                    Log.LeaseLost(logger, e.EventType, e.EventId);
                    await handling.CancelAsync();
                }
            }
            catch (Exception failure)
            {
                Log.NotRenewed(logger, e.EventType, e.EventId, failure);
            }
        }
    }

    private async Task PutBackAsync(InboxEvent e, Exception failure)
    {
        var pause = RetryLadder.PauseAfter(e.Attempts);
        metrics.Count(e.EventType, pause is null ? EventOutcome.Dead : EventOutcome.Failed);
        Log.Failed(logger, e.EventType, e.EventId, e.Attempts, pause, failure);
        await store.PutBackAsync(e, pause, failure.GetType().Name, CancellationToken.None);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Handling {EventType} {EventId} failed at attempt {Attempt}; next in {Pause} (none: given up)")]
        public static partial void Failed(ILogger logger, string eventType, string eventId, int attempt, TimeSpan? pause, Exception e);

        [LoggerMessage(2, LogLevel.Warning, "The lease on {EventType} {EventId} went to somebody else while it was handled")]
        public static partial void LeaseLost(ILogger logger, string eventType, string eventId);

        [LoggerMessage(3, LogLevel.Warning, "The lease on {EventType} {EventId} could not be renewed")]
        public static partial void NotRenewed(ILogger logger, string eventType, string eventId, Exception e);
    }
}

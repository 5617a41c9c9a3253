using LarkService.Events.Callbacks;
using LarkService.Events.Inbox;
using LarkService.LongConnection;

namespace LarkService.Events;

/// <summary>Where pushes come in, over whatever wire: callbacks are answered, events are stored and only then acknowledged.</summary>
internal sealed partial class EventSink(
    EventHandlers handlers,
    EventInbox inbox,
    CardCallbacks callbacks,
    Tenants tenants,
    EventsMetrics metrics,
    RareLog rare,
    TimeProvider clock,
    ILogger<EventSink> logger) : IPayloadSink
{
    public async Task<PayloadAnswer> ReceiveAsync(LarkPayload payload, CancellationToken ct)
    {
        switch (Envelope.Read(payload.Json, payload.AppId, clock.GetUtcNow()))
        {
            case EnvelopeOutcome.Unreadable unreadable:
                return Refuse("", EventOutcome.Undecodable, unreadable.Why, payload);
            case EnvelopeOutcome.Read { NamedApp: { } named } read when named != payload.AppId:
                return Refuse(read.Event.EventType, EventOutcome.WrongApp, "names another app", payload);
            case EnvelopeOutcome.Read read when !tenants.Accepts(read.Event):
                return Refuse(read.Event.EventType, EventOutcome.WrongTenant, "names another tenant", payload);
            case EnvelopeOutcome.Read { Event: { EventType: EventTypes.CardAction } click }:
                return await callbacks.AnswerAsync(click, payload.ReceivedAt);
            case EnvelopeOutcome.Read { Event: var received } when handlers.Handles(received.EventType):
                return await StoreAsync(received, payload, ct);
            case EnvelopeOutcome.Read { Event: var received }:
                metrics.Count(received.EventType, EventOutcome.Unhandled);
                return new PayloadAnswer.Ok();
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
    }

    private async Task<PayloadAnswer> StoreAsync(LarkEvent received, LarkPayload payload, CancellationToken ct)
    {
        try
        {
            var stored = await inbox.StoreAsync(received, payload.Json, ct);
            metrics.Count(received.EventType, stored ? EventOutcome.Stored : EventOutcome.Duplicate);
            return new PayloadAnswer.Ok();
        }
        catch (Exception e)
        {
            metrics.Count(received.EventType, EventOutcome.NotStored);
            if (rare.Allows("inbox:" + e.GetType().Name))
            {
                Log.NotStored(logger, received.AppId, received.EventId, e);
            }

            return new PayloadAnswer.Failed();
        }
    }

    // Not taken rather than silently acknowledged: the platform's Go and Python clients answer the same way, the console
    // then shows the failures, and if the fault is ours a later version may still get the event. It comes four times at most.
    private PayloadAnswer.Failed Refuse(string eventType, EventOutcome outcome, string why, LarkPayload payload)
    {
        metrics.Count(eventType, outcome);
        if (rare.Allows($"event:{outcome}:{why}"))
        {
            Log.Refused(logger, payload.AppId, why, payload.Json.Length);
        }

        return new PayloadAnswer.Failed(LongConnectionMetrics.Word(outcome));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A push to {AppId} was refused: {Kind}, {Size} bytes. More of this kind are counted and logged once an hour")]
        public static partial void Refused(ILogger logger, string appId, string kind, int size);

        [LoggerMessage(2, LogLevel.Error, "Event {EventId} of {AppId} could not be stored and is not acknowledged; the platform pushes it again. More of these are counted and logged once an hour")]
        public static partial void NotStored(ILogger logger, string appId, string eventId, Exception e);
    }
}

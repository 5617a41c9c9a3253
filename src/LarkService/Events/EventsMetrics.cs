using System.Diagnostics.Metrics;

namespace LarkService.Events;

/// <summary>What is counted about events and callbacks. A type that nobody registered counts as <c>other</c>: the platform has hundreds.</summary>
internal sealed class EventsMetrics
{
    public const string MeterName = "LarkService.Events";
    private const string Other = "other";
    private readonly EventHandlers _handlers;
    private readonly Counter<long> _events;
    private readonly Histogram<double> _commitDuration;
    private readonly Histogram<int> _commitRows;
    private long _depth;
    private long _dead;

    public EventsMetrics(IMeterFactory meters, EventHandlers handlers)
    {
        _handlers = handlers;
        var meter = meters.Create(MeterName);
        _events = meter.CreateCounter<long>("lark_service.events", "{event}", "Events and callbacks, by type and what became of them.");
        meter.CreateObservableGauge("lark_service.event.inbox.depth", () => Interlocked.Read(ref _depth), description: "Events stored and not yet handled, as last counted.");
        meter.CreateObservableGauge("lark_service.event.inbox.dead", () => Interlocked.Read(ref _dead), description: "Events given up and not replayed, as last counted.");
        _commitDuration = meter.CreateHistogram<double>("lark_service.event.inbox.commit.duration", "s", "How long storing a batch of events took.");
        _commitRows = meter.CreateHistogram<int>("lark_service.event.inbox.commit.size", "{event}", "Events stored in one commit.");
        StartAtZero();
    }

    public void Count(string eventType, EventOutcome outcome, int count = 1) =>
        _events.Add(count, new("event_type", Bounded(eventType)), new("outcome", LongConnection.LongConnectionMetrics.Word(outcome)));

    public void Depth(long waiting) => Interlocked.Exchange(ref _depth, waiting);

    public void DeadNow(long dead) => Interlocked.Exchange(ref _dead, dead);

    public void Committed(int rows, TimeSpan took)
    {
        _commitRows.Record(rows);
        _commitDuration.Record(took.TotalSeconds);
    }

    // A counter that first shows as 1 has not grown, for whoever watches it.
    private void StartAtZero()
    {
        foreach (var type in _handlers.Types)
        {
            Start(type, EventOutcome.Stored, EventOutcome.Duplicate, EventOutcome.NotStored, EventOutcome.Handled, EventOutcome.Failed, EventOutcome.Dead, EventOutcome.Replayed);
        }

        Start(EventTypes.CardAction, EventOutcome.Answered, EventOutcome.Late, EventOutcome.Repeated, EventOutcome.CallbackFailed, EventOutcome.UnknownAction, EventOutcome.UndecodableValue, EventOutcome.Refused);
        Start(Other, EventOutcome.Unhandled, EventOutcome.Undecodable, EventOutcome.WrongApp, EventOutcome.WrongTenant);
    }

    private void Start(string eventType, params ReadOnlySpan<EventOutcome> outcomes)
    {
        foreach (var outcome in outcomes)
        {
            _events.Add(0, new("event_type", eventType), new("outcome", LongConnection.LongConnectionMetrics.Word(outcome)));
        }
    }

    private string Bounded(string eventType) => eventType == EventTypes.CardAction || _handlers.Handles(eventType) ? eventType : Other;
}

/// <summary>What can become of an event or a callback; a label of metrics. One event may be counted at several stages.</summary>
internal enum EventOutcome
{
    /// <summary>Stored, and acknowledged after that.</summary>
    Stored,

    /// <summary>Known already: acknowledged, not handled again.</summary>
    Duplicate,

    /// <summary>Nobody handles its type: acknowledged, not stored.</summary>
    Unhandled,

    /// <summary>Not an envelope we can read.</summary>
    Undecodable,

    /// <summary>It names another app than the one it came to.</summary>
    WrongApp,

    /// <summary>It names another tenant than the one the app lives in.</summary>
    WrongTenant,

    /// <summary>The database did not take it: not acknowledged, so it comes again.</summary>
    NotStored,

    /// <summary>Its handlers are done with it.</summary>
    Handled,

    /// <summary>A handler failed; it will be tried again.</summary>
    Failed,

    /// <summary>A handler failed for the last time; set aside for an operator.</summary>
    Dead,

    /// <summary>A dead event that an operator sent on its way again.</summary>
    Replayed,

    /// <summary>A dead event whose time was over before anybody replayed it.</summary>
    Forgotten,

    /// <summary>A callback answered by its handler in time.</summary>
    Answered,

    /// <summary>A callback answered by us because its handler was slow.</summary>
    Late,

    /// <summary>A callback delivered twice: answered the same way.</summary>
    Repeated,

    /// <summary>A second click on the same button: answered as the first.</summary>
    DoubleClick,

    /// <summary>A callback not taken up because too many are being worked on.</summary>
    Busy,

    /// <summary>A callback whose handler threw.</summary>
    CallbackFailed,

    /// <summary>A click whose action nobody handles.</summary>
    UnknownAction,

    /// <summary>A click whose value we cannot read.</summary>
    UndecodableValue,

    /// <summary>A click by somebody it is not for, or about something we do not know: answered by its handler, and nothing changed.</summary>
    Refused,
}

namespace LarkService.Events;

/// <summary>A line of the set-up: who handles a type of event.</summary>
internal sealed record EventRegistration(string EventType, Type Handler);

/// <summary>Who handles what. Several handlers of one type run one after the other, in the order they were registered.</summary>
internal sealed class EventHandlers(IEnumerable<EventRegistration> registrations, IServiceProvider services)
{
    private readonly ILookup<string, Type> _byType = registrations.ToLookup(r => r.EventType, r => r.Handler, StringComparer.Ordinal);

    public IEnumerable<string> Types => _byType.Select(g => g.Key);

    public bool Handles(string eventType) => _byType.Contains(eventType);

    /// <summary>Resolved when they are needed, so that a handler may itself depend on what is built from the registrations.</summary>
    public IEnumerable<IEventHandler> For(string eventType) => _byType[eventType].Select(type => (IEventHandler)services.GetRequiredService(type));
}

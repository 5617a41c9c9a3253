namespace LarkService.Events.Inbox;

/// <summary>How one try at an event ended.</summary>
internal abstract record EventEnd(InboxEvent Event)
{
    /// <summary>Its handlers are done with it.</summary>
    public sealed record Done(InboxEvent Event) : EventEnd(Event);

    /// <param name="Event">Which.</param>
    /// <param name="Pause">Until the next try; null: there is none, it is dead.</param>
    /// <param name="Error">Why, in a line.</param>
    public sealed record Failed(InboxEvent Event, TimeSpan? Pause, string Error) : EventEnd(Event);

    /// <summary>Given back untried or unfinished: due at once, and the try does not count.</summary>
    public sealed record Released(InboxEvent Event) : EventEnd(Event);
}

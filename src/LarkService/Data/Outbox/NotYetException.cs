namespace LarkService.Data.Outbox;

/// <summary>Thrown by a subscriber whose time has not come: nothing failed, and the message is due again then, however often that happens.</summary>
internal sealed class NotYetException(TimeSpan after) : Exception($"Not before {after} have passed.")
{
    public TimeSpan After => after;
}

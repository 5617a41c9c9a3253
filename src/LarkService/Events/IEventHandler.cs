namespace LarkService.Events;

/// <summary>
/// Handles one type of event after it was acknowledged. It may be called again for the same <see cref="LarkEvent.EventId"/>
/// when it failed or the process died, so it must not mind.
/// </summary>
internal interface IEventHandler
{
    Task HandleAsync(LarkEvent received, CancellationToken ct);
}

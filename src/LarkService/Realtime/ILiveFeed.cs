namespace LarkService.Realtime;

/// <summary>
/// Tells connected clients, on whatever replica they are. Nobody may depend on it alone: who is not connected at that moment, or whose
/// replica cannot hear the others just then, never hears of it.
/// </summary>
internal interface ILiveFeed
{
    Task PublishAsync(LiveEvent happened, CancellationToken ct);
}

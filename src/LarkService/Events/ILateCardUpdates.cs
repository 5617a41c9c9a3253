using System.Text.Json.Nodes;
using LarkService.Platform;

namespace LarkService.Events;

/// <summary>Changes a card after its click was answered: for handlers that came too late to put it into the answer.</summary>
internal interface ILateCardUpdates
{
    /// <param name="appId">The app whose card it is.</param>
    /// <param name="token">The click's own token.</param>
    /// <param name="card">The whole new card (JSON 2.0).</param>
    /// <param name="ct">Ends the wait.</param>
    Task UpdateAsync(string appId, Secret token, JsonObject card, CancellationToken ct);
}

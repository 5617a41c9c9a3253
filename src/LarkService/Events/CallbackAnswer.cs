using System.Text.Json.Nodes;

namespace LarkService.Events;

/// <summary>What the person who clicked sees: a toast, a changed card, both or nothing.</summary>
/// <param name="Toast">The <c>toast</c> object of the callback response.</param>
/// <param name="Card">The whole new card (JSON 2.0), as an object.</param>
internal sealed record CallbackAnswer(JsonObject? Toast = null, JsonObject? Card = null)
{
    /// <summary>The click was not the clicker's to make, or is about nothing we know; counted apart.</summary>
    public bool IsRefused { get; init; }

    /// <summary>
    /// Work that follows the answer, bounded by five minutes and the host's life, never by the callback's time. It is tried again
    /// when the database or the platform is away, so it must be safe to repeat.
    /// </summary>
    public Func<CancellationToken, Task>? Afterwards { get; init; }
}

using System.Collections.Concurrent;
using LarkService.Events;

namespace LarkService.IntegrationTests.Wire;

/// <summary>Stands behind the service's inbox as a handler does, and keeps what it was given, in order. Several services may share one.</summary>
internal sealed class HandledEvents : IEventHandler
{
    public const string EventType = "sandbox.wire.test_v1";

    private readonly ConcurrentQueue<Handled> _all = new();

    public IReadOnlyList<Handled> All => [.. _all];

    public int Count => _all.Count;

    public Task HandleAsync(LarkEvent received, CancellationToken ct)
    {
        _all.Enqueue(new(received.EventId, received.Body.GetProperty("chat_id").GetString()!, received.Body.GetProperty("n").GetInt32(), TimeProvider.System.GetTimestamp()));
        return Task.CompletedTask;
    }

    /// <summary>The longest time in which nothing was handled, between these two moments.</summary>
    public TimeSpan LongestGap(long from, long to)
    {
        var moments = _all.Select(h => h.At).Where(at => at > from && at < to).Append(from).Append(to).Order().ToList();
        return moments.Zip(moments.Skip(1), (a, b) => TimeProvider.System.GetElapsedTime(a, b)).Max();
    }
}

/// <param name="EventId">The platform's id.</param>
/// <param name="Chat">Where it belongs.</param>
/// <param name="Number">1, 2, … in the order the platform saw them.</param>
/// <param name="At">When it was handled, as a timestamp of the system's clock.</param>
internal sealed record Handled(string EventId, string Chat, int Number, long At);

using System.Collections.Concurrent;

namespace LarkSandbox.Wire;

/// <summary>How often what crossed the wire.</summary>
internal sealed class WireCounters
{
    private static readonly string[] Names = ["text", "binary", "ping", "pong", "event", "callback", "ack", "http", "redelivered"];

    private readonly ConcurrentDictionary<string, long> _counts = new(Names.ToDictionary(n => n, _ => 0L));
    private long _changes;

    public long Changes => Interlocked.Read(ref _changes);

    public long this[string name] => _counts.GetValueOrDefault(name);

    public void Add(string name)
    {
        _counts.AddOrUpdate(name, 1, static (_, count) => count + 1);
        Interlocked.Increment(ref _changes);
    }

    public IReadOnlyDictionary<string, long> Snapshot() => Names.ToDictionary(n => n, n => _counts[n]);
}

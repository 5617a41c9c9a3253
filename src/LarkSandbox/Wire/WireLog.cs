using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.Wire;

/// <summary>The last 500 things that crossed the wire, masked, and the live feed of them.</summary>
internal sealed class WireLog(SandboxOptions options, WireCounters counters, WireMask mask, LiveFeed feed, TimeProvider clock)
{
    private const int Most = 500;

    private readonly Lock _gate = new();
    private readonly Queue<WireEntry> _entries = new();
    private long _lastId;

    public WireCounters Counters => counters;

    public bool Recording => options.RecordWire;

    /// <summary>Records the entry; the function runs only while recording.</summary>
    public void Add(Func<WireEntry> describe)
    {
        if (!Recording)
        {
            return;
        }

        var told = describe();
        WireEntry entry;
        lock (_gate)
        {
            entry = told with
            {
                Id = ++_lastId,
                At = clock.GetUtcNow().ToUnixTimeMilliseconds(),
                Title = mask.MaskText(told.Title),
                Request = mask.Mask(told.Request),
                Response = mask.Mask(told.Response),
            };
            _entries.Enqueue(entry);
            if (_entries.Count > Most)
            {
                _entries.Dequeue();
            }
        }

        feed.Publish("wire", entry);
    }

    public IReadOnlyList<WireEntry> Last(int count)
    {
        lock (_gate)
        {
            return [.. _entries.TakeLast(count)];
        }
    }
}

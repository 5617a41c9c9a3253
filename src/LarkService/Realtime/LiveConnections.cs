using System.Collections.Concurrent;

namespace LarkService.Realtime;

/// <summary>The clients that are connected to this replica. Bounded, in all and for each caller.</summary>
internal sealed class LiveConnections(RealtimeMetrics metrics)
{
    public const int Most = 10_000;
    public const int MostOfOneCaller = 2_000;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, LiveConnection> _all = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ofCaller = new(StringComparer.Ordinal);

    public IEnumerable<LiveConnection> All => _all.Select(c => c.Value);

    /// <returns>False when there are too many.</returns>
    public bool TryAdd(LiveConnection connection)
    {
        lock (_gate)
        {
            var ofCaller = _ofCaller.GetValueOrDefault(connection.CallerId);
            if (ofCaller >= MostOfOneCaller || _all.Count >= Most || !_all.TryAdd(connection.Id, connection))
            {
                return false;
            }

            _ofCaller[connection.CallerId] = ofCaller + 1;
            metrics.Open(_all.Count);
            return true;
        }
    }

    /// <param name="id">Of a connection that may not have been added.</param>
    public void Remove(string id)
    {
        lock (_gate)
        {
            if (!_all.TryRemove(id, out var gone))
            {
                return;
            }

            if (--_ofCaller[gone.CallerId] == 0)
            {
                _ofCaller.Remove(gone.CallerId);
            }

            metrics.Open(_all.Count);
        }
    }
}

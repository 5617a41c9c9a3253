namespace LarkService.IntegrationTests.Chaos;

/// <summary>
/// Knows when the platform tries an event for the last time. Nobody may be killed then: an event that finds nobody five times
/// is given up by the platform, and no client can help that. The other four tries get no such regard.
/// </summary>
/// <param name="scale">Of the ladder.</param>
/// <param name="regard">So long before a last try nobody is killed: who starts must be back by then.</param>
internal sealed class LastTries(double scale, TimeSpan regard) : IAsyncDisposable
{
    private const int TriesBefore = 4;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly TimeSpan _pause = TimeSpan.FromHours(6) * scale;
    private readonly CancellationTokenSource _over = new();
    private readonly Dictionary<string, long> _seen = [];
    private readonly Lock _gate = new();
    private Task _watching = Task.CompletedTask;

    public void Watch(Crowd crowd) => _watching = WatchAsync(crowd);

    /// <summary>Returns when no last try is near.</summary>
    public async Task NoneNearAsync()
    {
        while (IsNear())
        {
            await Task.Delay(Look, TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _watching;
        _over.Dispose();
    }

    private bool IsNear()
    {
        lock (_gate)
        {
            return _seen.Values.Any(at => _pause - TimeProvider.System.GetElapsedTime(at) < regard);
        }
    }

    private async Task WatchAsync(Crowd crowd)
    {
        while (!_over.IsCancellationRequested)
        {
            Note(crowd);
            await Task.Delay(Look, TimeProvider.System, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Note(Crowd crowd)
    {
        lock (_gate)
        {
            foreach (var (_, delivery, doubled) in crowd.Asked)
            {
                if (delivery.Acked || delivery.GaveUp)
                {
                    _seen.Remove(delivery.EventId);
                }
                else if (delivery.Attempts >= (doubled ? 2 * TriesBefore : TriesBefore))
                {
                    _seen.TryAdd(delivery.EventId, TimeProvider.System.GetTimestamp());
                }
            }
        }
    }
}

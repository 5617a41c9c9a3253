namespace LarkService.Data;

/// <summary>Wakes a loop right after a commit, so that what was written does not wait for the next look.</summary>
internal abstract class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _news = new(0, 1);

    public void Wake()
    {
        try
        {
            _news.Release();
        }
        catch (SemaphoreFullException)
        {
            // The loop has not taken the last call yet: it will see this news, too.
        }
    }

    public async Task WaitAsync(TimeSpan atMost, TimeProvider clock, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            await _news.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
        }
    }

    public void Dispose()
    {
        _news.Dispose();
        GC.SuppressFinalize(this);
    }
}

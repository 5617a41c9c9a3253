namespace LarkService.Grants.Upkeep;

/// <summary>Turns that come apart: a run through many users disturbs neither the platform nor those who work. The gaps vary by half.</summary>
internal sealed class Spacing(TimeSpan gap, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly long _began = clock.GetTimestamp();
    private TimeSpan _next;

    /// <summary>Returns when it is the caller's turn.</summary>
    public Task WaitAsync(CancellationToken ct)
    {
        TimeSpan wait;
        lock (_gate)
        {
            var now = clock.GetElapsedTime(_began);
            var turn = _next > now ? _next : now;
            _next = turn + (gap * (0.5 + Random.Shared.NextDouble()));
            wait = turn - now;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, clock, ct) : Task.CompletedTask;
    }
}

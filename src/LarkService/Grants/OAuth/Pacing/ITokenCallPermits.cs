namespace LarkService.Grants.OAuth.Pacing;

/// <summary>Counts an app's calls to the token endpoint, of everybody who shares the app's limits.</summary>
internal interface ITokenCallPermits
{
    /// <summary>Takes as many permits as there are, up to the number wanted; each is for a call that is made at once.</summary>
    ValueTask<TokenCallPermits> TakeAsync(string appId, int wanted, CallPriority priority, CancellationToken ct);

    /// <summary>
    /// Nobody gets a permit for so long: the platform refused a call as one too many. What it did not take does not use up the minute, so that
    /// call's permit is there again.
    /// </summary>
    Task PauseAsync(string appId, TimeSpan pause, CancellationToken ct);
}

/// <param name="Granted">Calls that may be made now.</param>
/// <param name="LookAgain">When nothing was granted: how soon it is worth asking again.</param>
internal readonly record struct TokenCallPermits(int Granted, TimeSpan LookAgain);

using LarkService.Grants.OAuth.Pacing;
using LarkService.Platform;

namespace LarkService.Grants;

/// <summary>
/// Gets this process its turn to refresh a grant: it looks whether that is still to be done, waits for another replica that is at
/// it, waits for the pace of the token endpoint, and takes the lease. While it waits it holds no database connection.
/// </summary>
internal sealed class RefreshTurns(UserGrants grants, RefreshLeases leases, TokenCallPace pace, WriteOffs writeOffs, GrantNews news, TimeProvider clock)
{
    /// <summary>So long callers wait for another replica's refresh.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>News may be lost.</summary>
    private static readonly TimeSpan LookAtLeastEvery = TimeSpan.FromSeconds(1);

    public async Task<RefreshTurn> TakeAsync(UserKey user, long generation, RefreshUrgency urgency, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        try
        {
            while (clock.GetElapsedTime(began) < Patience)
            {
                var changed = news.NextAsync(user);
                if (await OnceAsync(user, generation, urgency, ct) is { } turn)
                {
                    return turn;
                }

                await changed.WaitAsync(LookAtLeastEvery, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ct.ThrowIfCancellationRequested();
            }

            return new RefreshTurn.Over(new RefreshOutcome.Unavailable());
        }
        catch (TokenCallsBusyException)
        {
            return new RefreshTurn.Over(new RefreshOutcome.Unavailable()); // so long is the queue for the token endpoint
        }
        finally
        {
            news.Enough(user);
        }
    }

    /// <summary>Whether the generation changes soon: who began before us may have an answer and be storing it at this moment.</summary>
    public async Task<bool> ChangesWithinAsync(UserGrant grant, TimeSpan atMost, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        try
        {
            while (true)
            {
                var changed = news.NextAsync(grant.Key);
                if (await grants.FindAsync(grant.Key, ct) is not { } now || now.Version != grant.Version)
                {
                    return true;
                }

                var left = atMost - clock.GetElapsedTime(began);
                if (left <= TimeSpan.Zero)
                {
                    return false;
                }

                await changed.WaitAsync(left < LookAtLeastEvery ? left : LookAtLeastEvery, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ct.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            news.Enough(grant.Key);
        }
    }

    /// <returns>Null: another replica is at it.</returns>
    private async Task<RefreshTurn?> OnceAsync(UserKey user, long generation, RefreshUrgency urgency, CancellationToken ct)
    {
        var grant = await grants.FindAsync(user, ct);
        if (grant is not { Status: GrantStatus.Active } || grant.Version != generation)
        {
            return new RefreshTurn.Over(new RefreshOutcome.Look()); // somebody was faster, or the grant is gone
        }

        if (grants.RefreshToken(grant) is not { } token)
        {
            if (grant.AccessExpiresAt <= clock.GetUtcNow())
            {
                await writeOffs.WriteOffAsync(grant, accessTokenIsGood: false, "it has no refresh token", error: null, ask: true, ct);
            }

            return new RefreshTurn.Over(new RefreshOutcome.Look());
        }

        if (await leases.IsHeldByAnotherAsync(grant, ct))
        {
            return urgency.IsUrgent ? null : new RefreshTurn.Over(new RefreshOutcome.Look()); // nobody waits: let the other one do it
        }

        var permit = await PaceAsync(user.AppId, urgency, ct);
        var isTaken = false;
        try
        {
            var asked = clock.GetTimestamp();
            isTaken = await leases.TakeAsync(grant, ct) && clock.GetElapsedTime(asked) < RefreshLeases.UseWithin;
            return isTaken ? new RefreshTurn.Taken(grant, token, permit) : null;
        }
        finally
        {
            if (!isTaken)
            {
                permit.Dispose();
            }
        }
    }

    // Whoever waits among what can wait moves to the front when a caller joins.
    private async Task<TokenCallPermit> PaceAsync(string appId, RefreshUrgency urgency, CancellationToken ct)
    {
        if (!urgency.IsUrgent)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var behind = pace.WaitAsync(appId, CallPriority.Background, either.Token).AsTask();
            if (await Task.WhenAny(behind, urgency.Urgent) == urgency.Urgent)
            {
                await either.CancelAsync();
            }

            await ((Task)behind).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!behind.IsCanceled || ct.IsCancellationRequested)
            {
                return await behind;
            }
        }

        return await pace.WaitAsync(appId, CallPriority.Interactive, ct);
    }
}

/// <summary>What came of asking for a turn.</summary>
internal abstract record RefreshTurn
{
    /// <summary>The lease is ours, the intent is stored: send. The permit is given back when there is an answer, or none will come.</summary>
    public sealed record Taken(UserGrant Grant, Secret Token, TokenCallPermit Permit) : RefreshTurn;

    /// <summary>There is nothing to do, or not now.</summary>
    public sealed record Over(RefreshOutcome Outcome) : RefreshTurn;
}

using LarkService.Grants.OAuth;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Grants;

/// <summary>
/// One refresh of one grant, from the first look to what is stored of it. Every try has a lease of its own: between two of them
/// another replica may take over.
/// </summary>
internal sealed class GrantRefresh(RefreshTurns turns, RefreshCall call, RefreshEnds ends, RefreshLeases leases, GrantMetrics metrics, TimeProvider clock)
{
    /// <summary>Waits between tries while the platform says that its trouble will pass.</summary>
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)];

    /// <summary>Whoever spent the token may be storing what it brought; longer than a slow commit.</summary>
    private static readonly TimeSpan LookForNewer = TimeSpan.FromSeconds(5);

    public async Task<RefreshOutcome> RunAsync(UserKey user, long generation, RefreshUrgency urgency, CancellationToken stopping)
    {
        using var span = Traces.Start("refresh")?.SetTag("lark.app_id", user.AppId);
        var isUncertain = false;
        for (var tries = 0; ; tries++)
        {
            var turn = await turns.TakeAsync(user, generation, urgency, stopping);
            if (turn is not RefreshTurn.Taken(var grant, var token, var permit))
            {
                return ((RefreshTurn.Over)turn).Outcome;
            }

            var reply = await SendAsync(grant, token, permit);
            isUncertain |= reply is RefreshReply.None || leases.OthersMayStillStore(grant);
            switch (reply)
            {
                case RefreshReply.Issued issued:
                    return await ends.KeepAsync(grant, issued, stopping);
                case RefreshReply.Refused refused when RefreshVerdicts.For(refused.Error) is not RefreshVerdict.Retry and var verdict:
                    return await RefusedAsync(grant, refused.Error, verdict, stopping);
            }

            if (tries == Pauses.Length || !await PauseAsync(user.AppId, Pauses[tries], stopping))
            {
                return await ends.UnavailableAsync(grant, isUncertain, (reply as RefreshReply.Refused)?.Error);
            }
        }
    }

    private async Task<RefreshReply> SendAsync(UserGrant grant, Secret token, TokenCallPermit permit)
    {
        using (permit)
        {
            return await call.SendAsync(grant, token);
        }
    }

    private async Task<RefreshOutcome> RefusedAsync(UserGrant grant, PlatformError error, RefreshVerdict verdict, CancellationToken ct)
    {
        if (verdict == RefreshVerdict.Configuration)
        {
            return await ends.ConfigurationAsync(grant, error);
        }

        if (verdict == RefreshVerdict.LookThenAskAgain && leases.OthersMayStillStore(grant) && await turns.ChangesWithinAsync(grant, LookForNewer, ct))
        {
            return await ends.OvertakenAsync(grant, tokens: null);
        }

        return await ends.GiveUpAsync(grant, error, ask: verdict != RefreshVerdict.UserGone);
    }

    /// <returns>False when the host stops.</returns>
    private async Task<bool> PauseAsync(string appId, TimeSpan pause, CancellationToken stopping)
    {
        metrics.Retried(appId);
        await Task.Delay(pause, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stopping.IsCancellationRequested;
    }
}

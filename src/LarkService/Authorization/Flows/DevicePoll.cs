using LarkService.Grants.OAuth;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Authorization.Flows;

/// <summary>Asks the platform, for one session, whether the user has confirmed (RFC 8628 §3.4, §3.5).</summary>
internal sealed partial class DevicePoll(
    SessionTurns turns, ConsentLinks links, ConsentCompletion completion, OAuthClient oauth, LarkApps apps, TimeProvider clock, ILogger<DevicePoll> logger)
{
    private const int MaxPollSeconds = 60;

    /// <summary>Asks, if it is our turn.</summary>
    /// <param name="session">As it was read; due.</param>
    /// <param name="ct">Ends what can be done later. A code brings tokens once, so an answer is waited for and kept.</param>
    public async Task RunAsync(AuthorizationSession session, CancellationToken ct)
    {
        if (!await turns.TakeAsync(session, SessionTurns.OfPoll, ct))
        {
            return;
        }

        var code = links.DeviceCode(session);
        try
        {
            await (code.EndsAt > clock.GetUtcNow() ? PollAsync(session, code, ct) : RenewAsync(session));
        }
        catch (TokenCallsBusyException)
        {
            await turns.GiveBackAsync(session);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await turns.GiveBackAsync(session);
        }
        catch (HttpRequestException)
        {
            await AgainAsync(session, session.PollSeconds + 1, code);
        }
        catch (PlatformException e) when (e.Error.IsTransient)
        {
            await AgainAsync(session, session.PollSeconds + 1, code);
        }
        catch (PlatformException e)
        {
            await FailAsync(session, e.Error);
        }
    }

    private async Task PollAsync(AuthorizationSession session, DeviceCode code, CancellationToken ct)
    {
        var answer = await oauth.PollDeviceAsync(apps.Get(session.AppId), code.Value, PriorityOf(session), ct);
        await (answer is TokenAnswer.Issued issued
            ? completion.CompleteAsync(session, issued.Tokens, CancellationToken.None)
            : NotYetAsync(session, (TokenAnswer.Refused)answer, code));
    }

    // Nobody has asked since the click, so the user may well have agreed. What follows may find nothing again and again, and has to
    // leave half of the limit to others.
    private static CallPriority PriorityOf(AuthorizationSession session) =>
        session.NextPollAt <= session.OpenedAt + TimeSpan.FromSeconds(session.PollSeconds) ? CallPriority.Expected : CallPriority.Background;

    private Task NotYetAsync(AuthorizationSession session, TokenAnswer.Refused answer, DeviceCode code)
    {
        switch (answer.OAuthError)
        {
            case "authorization_pending":
                return AgainAsync(session, session.PollSeconds, code);
            case "slow_down":
                return AgainAsync(session, session.PollSeconds + 5, code); // RFC 8628 §3.5
            case "access_denied":
                return completion.EndAsync(session, SessionState.Declined, null, CancellationToken.None);
            case "expired_token" or "invalid_grant":
                return RenewAsync(session);
            case var _ when answer.Error.IsRateLimit:
                return turns.GiveBackAsync(session); // this code was not even looked at; all wait now
            case var _ when answer.Error.IsTransient || answer.Error.Code is 20050 or 20072:
                return AgainAsync(session, session.PollSeconds + 1, code);
            default:
                return FailAsync(session, answer.Error);
        }
    }

    private Task AgainAsync(AuthorizationSession session, int pollSeconds, DeviceCode code) =>
        turns.AgainAsync(session, Math.Min(pollSeconds, MaxPollSeconds), code.EndsAt);

    /// <summary>The code died before the session: another takes its place, on the same card.</summary>
    private Task RenewAsync(AuthorizationSession session) => completion.RenewLinkAsync(session, session.WrongPersonCount, CancellationToken.None);

    private Task FailAsync(AuthorizationSession session, PlatformError error)
    {
        Log.Refused(logger, session.SessionId, error.Code);
        return completion.EndAsync(session, SessionState.Failed, SessionErrors.Platform(error.Code), CancellationToken.None);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Session {SessionId}: the platform refused the device code (code {Code})")]
        public static partial void Refused(ILogger logger, string sessionId, int code);
    }
}

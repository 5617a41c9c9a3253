using LarkService.Data;
using LarkService.Grants.OAuth;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Authorization.Flows;

/// <summary>
/// The device flow's way back: asks the platform, for every session whose time has come, whether the user has confirmed. The
/// times are in the database, so another process goes on where this one stops (RFC 8628 §3.4, §3.5).
/// </summary>
internal sealed partial class DevicePollLoop(
    Database database, ConsentLinks links, ConsentCompletion completion, OAuthClient oauth, LarkApps apps, TimeProvider clock, ILogger<DevicePollLoop> logger)
    : BackgroundService
{
    private const int Batch = 64;
    private const int MaxPollSeconds = 60;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <summary>A process that dies while it polls holds the session up for this long.</summary>
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Look, clock);
        while (await TickAsync(timer, stoppingToken))
        {
            try
            {
                var due = await database.RunAsync(db => DueAsync(db, stoppingToken));
                await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = stoppingToken }, async (s, ct) => await PollAsync(s, ct));
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Trouble(logger, e);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static async Task<bool> TickAsync(PeriodicTimer timer, CancellationToken ct)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private Task<List<AuthorizationSession>> DueAsync(LarkDbContext db, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return db.Set<AuthorizationSession>().AsNoTracking()
            .Where(s => s.State == SessionState.Pending && s.NextPollAt <= now && s.ExpiresAt > now)
            .OrderBy(s => s.NextPollAt)
            .Take(Batch)
            .ToListAsync(ct);
    }

    private async Task PollAsync(AuthorizationSession session, CancellationToken ct)
    {
        if (!await PostponeAsync(session, Claim, session.PollSeconds, ct))
        {
            return; // another process took it
        }

        try
        {
            await AskAsync(session, CancellationToken.None); // a code brings tokens once: the answer is waited for and kept
        }
        catch (Exception e)
        {
            Log.NotPolled(logger, session.SessionId, e); // again after the claim, until the session expires
        }
    }

    private async Task AskAsync(AuthorizationSession session, CancellationToken ct)
    {
        try
        {
            var answer = await oauth.PollDeviceAsync(apps.Get(session.AppId), links.DeviceCode(session), ct);
            await (answer is TokenAnswer.Issued issued
                ? completion.CompleteAsync(session, issued.Tokens, ct)
                : NotYetAsync(session, (TokenAnswer.Refused)answer, ct));
        }
        catch (HttpRequestException)
        {
            await AgainAsync(session, session.PollSeconds + 1, ct);
        }
        catch (PlatformException e)
        {
            Log.Refused(logger, session.SessionId, e.Error.Code);
            await completion.EndAsync(session, SessionState.Failed, SessionErrors.Platform(e.Error.Code), ct);
        }
    }

    private Task NotYetAsync(AuthorizationSession session, TokenAnswer.Refused answer, CancellationToken ct)
    {
        switch (answer.OAuthError)
        {
            case "authorization_pending":
                return AgainAsync(session, session.PollSeconds, ct);
            case "slow_down":
                return AgainAsync(session, session.PollSeconds + 5, ct); // RFC 8628 §3.5
            case "access_denied":
                return completion.EndAsync(session, SessionState.Declined, null, ct);
            case "expired_token" or "invalid_grant":
                return completion.RenewLinkAsync(session, session.WrongPersonCount, ct); // the code died before the session
            case var _ when answer.Error.IsTransient || answer.Error.Code is 20050 or 20072:
                return AgainAsync(session, session.PollSeconds + 1, ct);
            default:
                Log.Refused(logger, session.SessionId, answer.Error.Code);
                return completion.EndAsync(session, SessionState.Failed, SessionErrors.Platform(answer.Error.Code), ct);
        }
    }

    private Task AgainAsync(AuthorizationSession session, int pollSeconds, CancellationToken ct)
    {
        pollSeconds = Math.Min(pollSeconds, MaxPollSeconds);
        return database.RunAsync(db => Still(db, session).ExecuteUpdateAsync(u => u
            .SetProperty(s => s.PollSeconds, pollSeconds)
            .SetProperty(s => s.NextPollAt, s => s.OpenedAt == null ? clock.GetUtcNow() + ConsentLinks.SlowPoll : clock.GetUtcNow() + TimeSpan.FromSeconds(pollSeconds)), ct));
    }

    private async Task<bool> PostponeAsync(AuthorizationSession session, TimeSpan by, int pollSeconds, CancellationToken ct)
    {
        var until = clock.GetUtcNow() + by + TimeSpan.FromSeconds(pollSeconds);
        return await database.RunAsync(db => Still(db, session).Where(s => s.NextPollAt == session.NextPollAt)
            .ExecuteUpdateAsync(u => u.SetProperty(s => s.NextPollAt, until), ct)) == 1;
    }

    private static IQueryable<AuthorizationSession> Still(LarkDbContext db, AuthorizationSession session) =>
        db.Set<AuthorizationSession>().Where(s => s.SessionId == session.SessionId && s.State == SessionState.Pending);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Device codes are not polled at the moment")]
        public static partial void Trouble(ILogger logger, Exception e);

        [LoggerMessage(2, LogLevel.Warning, "Session {SessionId}: the platform refused the device code (code {Code})")]
        public static partial void Refused(ILogger logger, string sessionId, int code);

        [LoggerMessage(3, LogLevel.Error, "Session {SessionId} cannot be polled")]
        public static partial void NotPolled(ILogger logger, string sessionId, Exception e);
    }
}

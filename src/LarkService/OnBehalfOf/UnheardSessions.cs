using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.OnBehalfOf;

/// <summary>
/// Work is released by the word of its session's end. Should that word be lost, this asks how the session stands, a minute after it must
/// have ended, and goes on with the work or gives it up.
/// </summary>
internal sealed partial class UnheardSessions(Database database, IConsent consent, ParkedCalls parked, TimeProvider clock, ILogger<UnheardSessions> logger) : BackgroundService
{
    private const int AtOnce = 100;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestSession = TimeSpan.FromDays(1);

    /// <returns>When somebody has to ask, if nothing was heard until then.</returns>
    public static DateTimeOffset DueAt(ConsentAnswer.Waiting waiting, DateTimeOffset now) => (waiting.ExpiresAt ?? now + LongestSession) + Late;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Every, clock, stoppingToken);
                await LookAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                Log.Trouble(logger, e);
            }
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var waiting = await database.RunAsync(db => db.Set<ParkedCall>()
            .Where(c => c.State == ParkedCallState.WaitingForUser && c.DueAt <= now)
            .OrderBy(c => c.DueAt)
            .Take(AtOnce)
            .Select(c => c.SessionId)
            .ToListAsync(ct));
        foreach (var session in waiting.OfType<string>().Distinct(StringComparer.Ordinal))
        {
            var state = await consent.StateAsync(session, ct);
            if (state == ConsentState.Pending)
            {
                await LaterAsync(session, now + Late, ct);
            }
            else
            {
                Log.Unheard(logger, session, state);
                await parked.ReleaseAsync(session, state, ct);
            }
        }
    }

    private Task LaterAsync(string session, DateTimeOffset due, CancellationToken ct) => database.WriteAsync(db => db.Set<ParkedCall>()
        .Where(c => c.SessionId == session && c.State == ParkedCallState.WaitingForUser)
        .ExecuteUpdateAsync(u => u.SetProperty(c => c.DueAt, due), ct), ct);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Work still waited for session {SessionId}, which has ended ({State}): the word of it was lost")]
        public static partial void Unheard(ILogger logger, string sessionId, ConsentState state);

        [LoggerMessage(2, LogLevel.Warning, "Sessions whose end was not heard of cannot be looked for at the moment")]
        public static partial void Trouble(ILogger logger, Exception e);
    }
}

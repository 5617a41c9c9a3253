using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Authorization.Flows;

/// <summary>Ends sessions whose time is over, so that no card stays open that leads nowhere. The platform never tells us.</summary>
internal sealed partial class SessionExpiryLoop(Database database, ConsentCompletion completion, TimeProvider clock, ILogger<SessionExpiryLoop> logger) : BackgroundService
{
    private const int Batch = 200;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var session in await database.RunAsync(db => OverdueAsync(db, stoppingToken)))
                {
                    await completion.EndAsync(session, SessionState.Expired, null, stoppingToken);
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Trouble(logger, e);
            }

            await Task.Delay(Look, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task<List<AuthorizationSession>> OverdueAsync(LarkDbContext db, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return db.Set<AuthorizationSession>().AsNoTracking()
            .Where(s => s.State == SessionState.Pending && s.ExpiresAt <= now)
            .OrderBy(s => s.ExpiresAt)
            .Take(Batch)
            .ToListAsync(ct);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Expired sessions are not ended at the moment")]
        public static partial void Trouble(ILogger logger, Exception e);
    }
}

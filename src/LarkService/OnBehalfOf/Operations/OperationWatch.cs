using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>Looks for the end of the operations that callers wait for: all of them together, and only while somebody waits.</summary>
internal sealed partial class OperationWatch(Database database, OperationWaiters waiters, TimeProvider clock, ILogger<OperationWatch> logger) : BackgroundService
{
    private const int AtOnce = 500;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Look, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                foreach (var ids in waiters.Awaited().Chunk(AtOnce))
                {
                    (await database.RunAsync(db => EndedAsync(db, ids, stoppingToken))).ForEach(waiters.Ended);
                }

                _failing = false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (!_failing)
                {
                    Log.Trouble(logger, e);
                }

                _failing = true;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static Task<List<string>> EndedAsync(LarkDbContext db, string[] ids, CancellationToken ct) =>
        db.Set<ParkedCall>().Where(c => ids.Contains(c.Id) && c.FinishedAt != null).Select(c => c.Id).ToListAsync(ct);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The ends of operations cannot be looked for: who waits for one hears of it late")]
        public static partial void Trouble(ILogger logger, Exception e);
    }
}

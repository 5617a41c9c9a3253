using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Data;

/// <summary>
/// Moves what SQLite has committed from its log into the file, beside the writers. Otherwise every thousandth page makes one
/// of them do it within its commit, and whoever waits for that commit waits for the move, too. It loses nothing to fail: a
/// commit is safe in the log, and a log that grows too long is moved by a writer after all.
/// </summary>
internal sealed class SqliteCheckpoints(Database database, TimeProvider clock) : BackgroundService
{
    /// <summary>A busy writer moves the log itself only when it is so many pages long: 64 MB.</summary>
    public const int MostPages = 16_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (database.IsSingleProcess && !stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await database.RunAsync(db => db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(PASSIVE)", stoppingToken));
            }
            catch (Exception e) when (e is DbException or OperationCanceledException)
            {
                // Locked or away: the next look finds more.
            }
        }
    }
}

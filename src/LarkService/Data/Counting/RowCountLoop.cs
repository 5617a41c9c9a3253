namespace LarkService.Data.Counting;

/// <summary>
/// Has the rows counted that operators watch, now and then and one query after the other, so that reading the metrics never asks
/// the database. Every replica counts the same database.
/// </summary>
internal sealed partial class RowCountLoop(IEnumerable<IRowCount> counts, Database database, TimeProvider clock, ILogger<RowCountLoop> logger) : BackgroundService
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private readonly IReadOnlyList<IRowCount> _counts = [.. counts]; // made here, so that their gauges are there before the first count
    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await CountAllAsync(stoppingToken);
            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CountAllAsync(CancellationToken stopping)
    {
        var failed = false;
        foreach (var count in _counts)
        {
            try
            {
                using var limit = new CancellationTokenSource(Limit, clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
                await database.RunAsync(db => count.CountAsync(db, either.Token));
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                if (!_failing && !failed)
                {
                    Log.NotCounted(logger, Pause, e);
                }

                failed = true;
            }
            catch (OperationCanceledException)
            {
                return; // the service stops
            }
        }

        _failing = failed;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Rows could not be counted: the metrics show old numbers until it works again; trying every {Pause}")]
        public static partial void NotCounted(ILogger logger, TimeSpan pause, Exception e);
    }
}

using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Events.Inbox;

/// <summary>Counts what waits and what is dead, and forgets what is old, in small steps that hold nobody up.</summary>
internal sealed partial class InboxHousekeeping(Database database, EventsMetrics metrics, TimeProvider clock, ILogger<InboxHousekeeping> logger) : BackgroundService
{
    /// <summary>How long a handled event's id is remembered; the platform's last push comes 7 h after the first.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromHours(48);

    /// <summary>How long an event that was given up waits for an operator.</summary>
    public static readonly TimeSpan DeadKept = TimeSpan.FromDays(30);

    /// <summary>More dead events than these are not kept; the oldest go first.</summary>
    public const int MostDead = 10_000;

    private const int Step = 1000;
    private static readonly TimeSpan Count = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Tidy = TimeSpan.FromMinutes(10);

    /// <summary>Counts once.</summary>
    public async Task CountAsync(CancellationToken ct)
    {
        metrics.Depth(await CountAsync(InboxState.Received, ct));
        metrics.DeadNow(await CountAsync(InboxState.Dead, ct));
    }

    /// <summary>Forgets all whose time is over.</summary>
    public async Task ForgetAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        while (await ForgetSomeAsync(rows => rows.Where(row => row.State == InboxState.Done && row.HandledAt <= now - Remembered), ct) == Step)
        {
        }

        while (await ForgetDeadAsync(rows => rows.Where(row => row.State == InboxState.Dead && row.HandledAt <= now - DeadKept), ct) == Step)
        {
        }

        while (await CountAsync(InboxState.Dead, ct) > MostDead
            && await ForgetDeadAsync(rows => rows.Where(row => row.State == InboxState.Dead).OrderByDescending(row => row.HandledAt).Skip(MostDead), ct) > 0)
        {
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var nextTidy = clock.GetUtcNow();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await CountAsync(stoppingToken);
                if (clock.GetUtcNow() >= nextTidy)
                {
                    nextTidy = clock.GetUtcNow() + Tidy;
                    await ForgetAsync(stoppingToken);
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Trouble(logger, e);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Count, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task<int> CountAsync(InboxState state, CancellationToken ct) => database.RunAsync(db => db.Set<InboxEvent>().CountAsync(row => row.State == state, ct));

    private async Task<int> ForgetDeadAsync(Func<IQueryable<InboxEvent>, IQueryable<InboxEvent>> which, CancellationToken ct)
    {
        using var turn = await database.TakeTurnAsync(ct);
        await using var db = database.Open();
        var gone = await which(db.Set<InboxEvent>()).OrderBy(row => row.HandledAt).Take(Step).Select(row => new { row.EventId, row.EventType }).ToListAsync(ct);
        var ids = gone.ConvertAll(row => row.EventId);
        await db.Set<InboxEvent>().Where(row => row.State == InboxState.Dead && ids.Contains(row.EventId)).ExecuteDeleteAsync(ct);
        foreach (var type in gone.CountBy(row => row.EventType))
        {
            metrics.Count(type.Key, EventOutcome.Forgotten, type.Value);
            Log.Forgotten(logger, type.Value, type.Key);
        }

        return gone.Count;
    }

    private async Task<int> ForgetSomeAsync(Func<IQueryable<InboxEvent>, IQueryable<InboxEvent>> which, CancellationToken ct)
    {
        using var turn = await database.TakeTurnAsync(ct);
        await using var db = database.Open();
        return await which(db.Set<InboxEvent>()).OrderBy(row => row.HandledAt).Take(Step).ExecuteDeleteAsync(ct);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The inbox could not be counted or tidied")]
        public static partial void Trouble(ILogger logger, Exception e);

        [LoggerMessage(2, LogLevel.Warning, "{Count} dead events of type {EventType} are forgotten: nobody replayed them in time, or there were too many")]
        public static partial void Forgotten(ILogger logger, int count, string eventType);
    }
}

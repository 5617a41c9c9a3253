using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Data.Outbox;

/// <summary>Carries out follow-ups: claims what is due, runs it, deletes it; tries again later when it fails.</summary>
internal sealed partial class OutboxLoop(
    Database database,
    IEnumerable<OutboxSubscription> subscriptions,
    IServiceProvider services,
    OutboxSignal signal,
    TimeProvider clock,
    ILogger<OutboxLoop> logger) : BackgroundService
{
    /// <summary>After a crash another process takes over when this has passed.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>Shorter than the lease, so that nobody else begins while we are still at it.</summary>
    private static readonly TimeSpan HandlerLimit = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan[] Backoff = [.. new[] { 1, 5, 30, 300, 1800, 7200, 21600 }.Select(s => TimeSpan.FromSeconds(s))];
    private const int Batch = 16;
    private readonly Dictionary<string, OutboxSubscription> _byName = subscriptions.ToDictionary(s => s.Name, StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var takeOver = database.IsSingleProcess; // whatever is leased was leased by a process that is gone
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (takeOver)
                {
                    await database.RunAsync(db => db.Set<OutboxMessage>().ExecuteUpdateAsync(u => u.SetProperty(m => m.DueAt, clock.GetUtcNow()), stoppingToken));
                    takeOver = false;
                }

                while (await RunBatchAsync(stoppingToken) > 0)
                {
                }

                await signal.WaitAsync(Look, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.DatabaseTrouble(logger, e);
                await Task.Delay(Look, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<int> RunBatchAsync(CancellationToken ct)
    {
        var due = await database.RunAsync(db => DueAsync(db, ct));
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = ct }, async (message, token) => await RunAsync(message, token));
        return due.Count;
    }

    private async Task<List<OutboxMessage>> DueAsync(LarkDbContext db, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var messages = db.Set<OutboxMessage>();
        return await messages.AsNoTracking()
            .Where(m => !m.Dead && m.DueAt <= now)
            .Where(m => !messages.Any(older => older.Subscriber == m.Subscriber && older.Key == m.Key && older.Id < m.Id && !older.Dead))
            .OrderBy(m => m.DueAt)
            .Take(Batch)
            .ToListAsync(ct);
    }

    private async Task RunAsync(OutboxMessage message, CancellationToken ct)
    {
        if (!await ClaimAsync(message, ct))
        {
            return;
        }

        try
        {
            using var limit = new CancellationTokenSource(HandlerLimit, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
            using var payload = JsonDocument.Parse(message.Payload);
            await _byName[message.Subscriber].Resolve(services).HandleAsync(payload.RootElement, either.Token);
            await database.RunAsync(db => db.Set<OutboxMessage>().Where(m => m.Id == message.Id).ExecuteDeleteAsync(ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The host stops: the message is due again at once, for whoever runs next.
            await database.RunAsync(db => db.Set<OutboxMessage>().Where(m => m.Id == message.Id)
                .ExecuteUpdateAsync(u => u.SetProperty(m => m.DueAt, clock.GetUtcNow()), CancellationToken.None));
        }
        catch (Exception e)
        {
            await PutBackAsync(message, e, ct);
        }
    }

    private async Task<bool> ClaimAsync(OutboxMessage message, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return await database.RunAsync(db => db.Set<OutboxMessage>()
            .Where(m => m.Id == message.Id && !m.Dead && m.DueAt <= now)
            .ExecuteUpdateAsync(u => u.SetProperty(m => m.DueAt, now + Lease).SetProperty(m => m.Attempts, m => m.Attempts + 1), ct)) == 1;
    }

    private async Task PutBackAsync(OutboxMessage message, Exception e, CancellationToken ct)
    {
        var dead = message.Attempts >= Backoff.Length;
        var due = clock.GetUtcNow() + Backoff[Math.Min(message.Attempts, Backoff.Length - 1)];
        Log.Failed(logger, message.Subscriber, message.Attempts + 1, dead, e);
        await database.RunAsync(db => db.Set<OutboxMessage>().Where(m => m.Id == message.Id).ExecuteUpdateAsync(
            u => u.SetProperty(m => m.Dead, dead).SetProperty(m => m.DueAt, due).SetProperty(m => m.LastError, e.GetType().Name),
            ct));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Follow-up {Subscriber} failed at attempt {Attempt}; given up: {GivenUp}")]
        public static partial void Failed(ILogger logger, string subscriber, int attempt, bool givenUp, Exception e);

        [LoggerMessage(2, LogLevel.Error, "Follow-ups wait: the database does not answer")]
        public static partial void DatabaseTrouble(ILogger logger, Exception e);
    }
}

using System.Text.Json;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

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
    private const int AtOnce = 8;
    private readonly Dictionary<string, OutboxSubscription> _byName = subscriptions.ToDictionary(s => s.Name, StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        HashSet<Task> inWork = [];
        var takeOver = database.IsSingleProcess; // whatever is leased was leased by a process that is gone
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (takeOver)
                {
                    await database.RunAsync(db => TakeOverAsync(db, stoppingToken));
                    takeOver = false;
                }

                inWork.RemoveWhere(task => task.IsCompleted);
                await StartDueAsync(inWork, stoppingToken);
                await signal.WaitAsync(Look, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                Log.DatabaseTrouble(logger, e);
                await Task.Delay(Look, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(inWork);
    }

    /// <summary>Claims what is due, as long as there is room, and starts it: a slow follow-up holds up nobody else's.</summary>
    internal async Task StartDueAsync(ISet<Task> inWork, CancellationToken ct)
    {
        if (inWork.Count >= AtOnce)
        {
            return;
        }

        foreach (var message in await database.RunAsync(db => DueAsync(db, AtOnce - inWork.Count, ct)))
        {
            if (await ClaimAsync(message, ct))
            {
                inWork.Add(Task.Run(() => CarryOutAsync(message, ct), CancellationToken.None));
            }
        }
    }

    // What is due later than a lease lasts is no lease: it was put off, and stays so.
    private Task<int> TakeOverAsync(LarkDbContext db, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return db.Set<OutboxMessage>().Where(m => !m.Dead && m.DueAt <= now + Lease).ExecuteUpdateAsync(u => u.SetProperty(m => m.DueAt, now), ct);
    }

    private async Task<List<OutboxMessage>> DueAsync(LarkDbContext db, int atMost, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var messages = db.Set<OutboxMessage>();
        return await messages.AsNoTracking()
            .Where(m => !m.Dead && m.DueAt <= now)
            .Where(m => !messages.Any(older => older.Subscriber == m.Subscriber && older.Key == m.Key && older.Id < m.Id && !older.Dead))
            .OrderBy(m => m.DueAt)
            .Take(atMost)
            .ToListAsync(ct);
    }

    private async Task CarryOutAsync(OutboxMessage message, CancellationToken ct)
    {
        try
        {
            await HandleAsync(message, ct);
        }
        catch (Exception e)
        {
            // The message stays claimed and is due again at the end of its lease.
            Log.DatabaseTrouble(logger, e);
        }
        finally
        {
            signal.Wake(); // the next one of this key may run now
        }
    }

    // What was done is written down even when the host stops meanwhile, so it is not done again.
    private async Task HandleAsync(OutboxMessage message, CancellationToken ct)
    {
        using var span = Traces.Start($"follow-up {message.Subscriber}");
        try
        {
            using var limit = new CancellationTokenSource(HandlerLimit, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
            using var payload = JsonDocument.Parse(message.Payload);
            await _byName[message.Subscriber].Resolve(services).HandleAsync(payload.RootElement, either.Token);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The host stops: the message is due again at once, for whoever runs next.
            await WaitAsync(message, TimeSpan.Zero);
            return;
        }
        catch (NotYetException later)
        {
            await WaitAsync(message, later.After);
            return;
        }
        catch (Exception e)
        {
            await PutBackAsync(message, e);
            return;
        }

        await database.WriteAsync(db => db.Set<OutboxMessage>().Where(m => m.Id == message.Id).ExecuteDeleteAsync(CancellationToken.None), CancellationToken.None);
    }

    private async Task<bool> ClaimAsync(OutboxMessage message, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return await database.WriteAsync(db => db.Set<OutboxMessage>()
            .Where(m => m.Id == message.Id && !m.Dead && m.DueAt <= now)
            .ExecuteUpdateAsync(u => u.SetProperty(m => m.DueAt, now + Lease).SetProperty(m => m.Attempts, m => m.Attempts + 1), ct), ct) == 1;
    }

    // Not a try that failed: the claim's count is taken back.
    private Task<int> WaitAsync(OutboxMessage message, TimeSpan time) =>
        ChangeAsync(message, u => u.SetProperty(m => m.DueAt, clock.GetUtcNow() + time).SetProperty(m => m.Attempts, message.Attempts));

    private async Task PutBackAsync(OutboxMessage message, Exception e)
    {
        var dead = message.Attempts >= Backoff.Length;
        var due = clock.GetUtcNow() + Backoff[Math.Min(message.Attempts, Backoff.Length - 1)];
        Log.Failed(logger, message.Subscriber, message.Attempts + 1, dead, e);
        await ChangeAsync(message, u => u.SetProperty(m => m.Dead, dead).SetProperty(m => m.DueAt, due).SetProperty(m => m.LastError, e.GetType().Name));
    }

    private Task<int> ChangeAsync(OutboxMessage message, Action<UpdateSettersBuilder<OutboxMessage>> change) => database.WriteAsync(
        db => db.Set<OutboxMessage>().Where(m => m.Id == message.Id).ExecuteUpdateAsync(change, CancellationToken.None), CancellationToken.None);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Follow-up {Subscriber} failed at attempt {Attempt}; given up: {GivenUp}")]
        public static partial void Failed(ILogger logger, string subscriber, int attempt, bool givenUp, Exception e);

        [LoggerMessage(2, LogLevel.Error, "Follow-ups wait: the database does not answer")]
        public static partial void DatabaseTrouble(ILogger logger, Exception e);
    }
}

using System.Collections.Concurrent;
using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.OnBehalfOf;

/// <summary>
/// Sees to it that kept work is done: takes what is due, oldest first, a bounded number for each user and kind and in all. A claim is a lease, renewed while the work runs; when its process dies another takes over.
/// </summary>
internal sealed partial class ParkedCallLoop(
    Database database, LeaseOwner owner, ParkedCallRun run, ParkedCallSignal signal, TimeProvider clock, ILogger<ParkedCallLoop> logger) : BackgroundService
{
    private const int AtOnce = 32;
    private const int AtOnceForUser = 3;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Renew = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private readonly HashSet<Task> _running = [];
    private readonly ConcurrentDictionary<string, bool> _inWork = []; // a lease that ran out does not tell us from ourselves

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var takeOver = database.IsSingleProcess; // whatever is leased was leased by a process that is gone
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (takeOver)
                {
                    await ForgetLeasesAsync(stoppingToken);
                    takeOver = false;
                }

                await StartDueAsync(stoppingToken);
                await signal.WaitAsync(Look, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                Log.Trouble(logger, e);
                await Task.Delay(Look, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(_running);
    }

    private async Task StartDueAsync(CancellationToken ct)
    {
        _running.RemoveWhere(task => task.IsCompleted);
        var free = AtOnce - _running.Count;
        if (free == 0)
        {
            return;
        }

        foreach (var call in await database.RunAsync(db => DueAsync(db, free, ct)))
        {
            if (await ClaimAsync(call, ct))
            {
                _inWork[call.Id] = true;
                _running.Add(WorkAsync(call, ct));
            }
        }
    }

    private async Task<List<ParkedCall>> DueAsync(LarkDbContext db, int atMost, CancellationToken ct)
    {
        var (now, inWork) = (clock.GetUtcNow(), _inWork.Keys.ToArray());
        var calls = db.Set<ParkedCall>();
        return await calls.AsNoTracking()
            .Where(c => c.State == ParkedCallState.Running && c.DueAt <= now && !inWork.Contains(c.Id))
            .Where(c => calls.Count(o => o.AppId == c.AppId && o.OpenId == c.OpenId && o.Kind == c.Kind && o.State == ParkedCallState.Running && !o.HeldBack
                && (o.LeaseOwner != null || o.DueAt <= now) // what rests until its next try holds up nobody
                && (o.CreatedAt < c.CreatedAt || (o.CreatedAt == c.CreatedAt && o.Id.CompareTo(c.Id) < 0))) < AtOnceForUser)
            .OrderBy(c => c.CreatedAt)
            .Take(atMost)
            .ToListAsync(ct);
    }

    private async Task<bool> ClaimAsync(ParkedCall call, CancellationToken ct) => await database.WriteAsync(
        db =>
        {
            var now = clock.GetUtcNow(); // the turn may have been waited for
            return db.Set<ParkedCall>()
                .Where(c => c.Id == call.Id && c.State == ParkedCallState.Running && c.DueAt == call.DueAt && c.DueAt <= now)
                .ExecuteUpdateAsync(u => u.SetProperty(c => c.DueAt, now + Lease).SetProperty(c => c.LeaseOwner, owner.Id).SetProperty(c => c.HeldBack, false), ct);
        },
        ct) == 1;

    private async Task WorkAsync(ParkedCall call, CancellationToken ct)
    {
        using var done = new CancellationTokenSource(); // a call that is out when the host stops may still come to its end, under its lease
        var renewing = RenewAsync(call, done.Token);
        try
        {
            await run.RunAsync(call, ct);
        }
        catch (Exception e)
        {
            Log.Trouble(logger, e); // the lease runs out and the work is taken up again
        }
        finally
        {
            await done.CancelAsync();
            await renewing;
            _inWork.TryRemove(call.Id, out _);
            signal.Wake(); // the user's next one may begin
        }
    }

    private async Task RenewAsync(ParkedCall call, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Renew, clock);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(ct);
                await database.WriteAsync(db => db.Set<ParkedCall>().Where(c => c.Id == call.Id && c.State == ParkedCallState.Running && c.LeaseOwner == owner.Id)
                    .ExecuteUpdateAsync(u => u.SetProperty(c => c.DueAt, clock.GetUtcNow() + Lease), ct), ct);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                Log.Trouble(logger, e); // the next tick may do better, before the lease ends
            }
        }
    }

    private Task ForgetLeasesAsync(CancellationToken ct) => database.WriteAsync(db => db.Set<ParkedCall>()
        .Where(c => c.State == ParkedCallState.Running)
        .ExecuteUpdateAsync(u => u.SetProperty(c => c.DueAt, clock.GetUtcNow()), ct), ct);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Work on behalf of users is held up")]
        public static partial void Trouble(ILogger logger, Exception e);
    }
}

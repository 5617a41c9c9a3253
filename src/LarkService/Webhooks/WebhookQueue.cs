using LarkService.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace LarkService.Webhooks;

/// <summary>
/// The stored deliveries. Whoever sends one has a lease on its row; when the process dies, any other takes it up at the lease's end.
/// So each goes out at least once, and mostly once.
/// </summary>
internal sealed class WebhookQueue(WebhookTargets targets, Database database, LeaseOwner owner, WebhookSignal signal, TimeProvider clock)
{
    /// <summary>Longer than one try may take, and more than clocks of replicas differ.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>Stores a notice for everybody who wants it; again, it changes nothing.</summary>
    public async Task AddAsync(WebhookNotice notice, CancellationToken ct)
    {
        List<WebhookDelivery> wanted = [.. targets.Wanting(notice.Type).Select(t => Delivery(notice, t.Address))];
        if (wanted.Count == 0)
        {
            return;
        }

        var ids = wanted.ConvertAll(d => d.Id);
        using (await database.TakeTurnAsync(ct))
        {
            await database.RunAsync(async db =>
            {
                var known = await db.Set<WebhookDelivery>().Where(d => ids.Contains(d.Id)).Select(d => d.Id).ToListAsync(ct);
                db.AddRange(wanted.Where(d => !known.Contains(d.Id)));
                await db.SaveChangesAsync(ct);
            });
        }

        signal.Wake();
    }

    /// <summary>What a process of before was at is due again at once, where there can be no other process.</summary>
    public Task TakeOverAsync(CancellationToken ct) => database.IsSingleProcess
        ? database.RunAsync(db => db.Set<WebhookDelivery>()
            .Where(d => d.State == DeliveryState.Pending && d.LeaseOwner != null && d.LeaseOwner != owner.Id)
            .ExecuteUpdateAsync(u => u.SetProperty(d => d.DueAt, clock.GetUtcNow()).SetProperty(d => d.LeaseOwner, (string?)null), ct))
        : Task.CompletedTask;

    /// <summary>Takes what is due for a target. What was taken is returned, whatever happens to the caller meanwhile.</summary>
    public async Task<IReadOnlyList<WebhookDelivery>> ClaimAsync(string address, int atMost, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        List<WebhookDelivery> mine = [];
        foreach (var delivery in await database.RunAsync(db => Due(db, address, now).Take(atMost).ToListAsync(ct)))
        {
            if (await TakeAsync(delivery, now))
            {
                delivery.Attempts++;
                mine.Add(delivery);
            }
        }

        return mine;
    }

    public Task DeliveredAsync(WebhookDelivery delivery)
    {
        var now = clock.GetUtcNow();
        return EndAsync(delivery, u => u
            .SetProperty(d => d.State, DeliveryState.Delivered)
            .SetProperty(d => d.DueAt, now)
            .SetProperty(d => d.LastError, (string?)null));
    }

    /// <returns>True when that was the last try.</returns>
    public async Task<bool> FailedAsync(WebhookDelivery delivery, string why)
    {
        var pause = clock.GetUtcNow() - delivery.CreatedAt < WebhookLadder.Longest ? WebhookLadder.PauseAfter(delivery.Attempts) : null;
        var state = pause is null ? DeliveryState.Dead : DeliveryState.Pending;
        var due = clock.GetUtcNow() + (pause ?? TimeSpan.Zero);
        await EndAsync(delivery, u => u.SetProperty(d => d.State, state).SetProperty(d => d.DueAt, due).SetProperty(d => d.LastError, why));
        return pause is null;
    }

    /// <summary>The host stops: the try does not count.</summary>
    public Task GiveBackAsync(WebhookDelivery delivery)
    {
        var (now, tries) = (clock.GetUtcNow(), delivery.Attempts - 1);
        return EndAsync(delivery, u => u.SetProperty(d => d.DueAt, now).SetProperty(d => d.Attempts, tries));
    }

    private static IQueryable<WebhookDelivery> Due(LarkDbContext db, string address, DateTimeOffset now)
    {
        var all = db.Set<WebhookDelivery>();
        return all.AsNoTracking()
            .Where(d => d.State == DeliveryState.Pending && d.Url == address && d.DueAt <= now)
            .Where(d => !all.Any(older => older.State == DeliveryState.Pending && older.Url == d.Url && older.AppId == d.AppId && older.OpenId == d.OpenId
                && older.Number < d.Number && older.Attempts <= WebhookLadder.TriesThatKeepOrder))
            .OrderBy(d => d.DueAt);
    }

    private async Task<bool> TakeAsync(WebhookDelivery delivery, DateTimeOffset now)
    {
        var until = now + Lease;
        return await database.RunAsync(db => db.Set<WebhookDelivery>()
            .Where(d => d.Number == delivery.Number && d.State == DeliveryState.Pending && d.DueAt <= now)
            .ExecuteUpdateAsync(
                u => u.SetProperty(d => d.DueAt, until).SetProperty(d => d.LeaseOwner, owner.Id).SetProperty(d => d.Attempts, d => d.Attempts + 1), CancellationToken.None)) == 1;
    }

    // Who was overtaken writes nothing over its successor.
    private Task EndAsync(WebhookDelivery delivery, Action<UpdateSettersBuilder<WebhookDelivery>> change) => database.RunAsync(db => db.Set<WebhookDelivery>()
        .Where(d => d.Number == delivery.Number && d.State == DeliveryState.Pending && d.LeaseOwner == owner.Id && d.Attempts == delivery.Attempts)
        .ExecuteUpdateAsync(
            u =>
            {
                change(u);
                u.SetProperty(d => d.LeaseOwner, (string?)null);
            },
            CancellationToken.None));

    private WebhookDelivery Delivery(WebhookNotice notice, string address) => new()
    {
        Id = notice.DeliveryId(address),
        NoticeId = notice.Id,
        Type = notice.Type,
        Url = address,
        AppId = notice.AppId,
        OpenId = notice.OpenId,
        Body = notice.Body(),
        CreatedAt = clock.GetUtcNow(),
        DueAt = clock.GetUtcNow(),
    };
}

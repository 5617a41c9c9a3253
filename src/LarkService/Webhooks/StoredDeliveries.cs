using LarkService.Data;
using LarkService.Platform.Http;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Webhooks;

/// <summary>Deliveries for an operator: to be seen, and to be sent on their way again.</summary>
internal sealed class StoredDeliveries(WebhookTargets targets, Database database, WebhookSignal signal, TimeProvider clock)
{
    /// <summary>The name its cursors are for.</summary>
    public const string Name = "webhook-deliveries";

    /// <summary>Those that ended, or are due, latest first.</summary>
    /// <param name="state">See <see cref="DeliveryState"/>.</param>
    /// <param name="before">Where the page before ended.</param>
    /// <param name="most">Length of the page.</param>
    /// <param name="ct">Ends it.</param>
    public Task<List<WebhookDelivery>> ListAsync(string state, TimeCursor? before, int most, CancellationToken ct) => database.RunAsync(db =>
    {
        var rows = db.Set<WebhookDelivery>().AsNoTracking().Where(d => d.State == state);
        if (before is { At: var at, Id: var id })
        {
            rows = rows.Where(d => d.DueAt <= at && (d.DueAt < at || d.Id.CompareTo(id) < 0));
        }

        return rows.OrderByDescending(d => d.DueAt).ThenByDescending(d => d.Id).Take(most).ToListAsync(ct);
    });

    public static string Cursor(WebhookDelivery last) => new TimeCursor(last.DueAt, last.Id).Write(Name);

    /// <summary>A dead one is due again at once, with all its tries.</summary>
    /// <returns>As it is then, and whether it was dead and somebody still wants it; null when there is none.</returns>
    public async Task<(WebhookDelivery Delivery, bool Replayed)?> ReplayAsync(string id, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open();
        var row = db.Set<WebhookDelivery>().Where(d => d.Id == id);
        var wanted = targets.All.Select(t => t.Address).ToList();
        var replayed = await row.Where(d => d.State == DeliveryState.Dead && wanted.Contains(d.Url))
            .ExecuteUpdateAsync(u => u.SetProperty(d => d.State, DeliveryState.Pending).SetProperty(d => d.Attempts, 0).SetProperty(d => d.DueAt, now), ct) == 1;
        var found = await row.AsNoTracking().FirstOrDefaultAsync(ct);
        signal.Wake();
        return found is null ? null : (found, replayed);
    }
}

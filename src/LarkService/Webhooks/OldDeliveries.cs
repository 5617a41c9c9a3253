using LarkService.Data;
using LarkService.Data.Tidying;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Webhooks;

/// <summary>Notices nobody will ask for again.</summary>
/// <param name="name">What they are, for the log.</param>
/// <param name="state">See <see cref="DeliveryState"/>.</param>
/// <param name="kept">How long they stay.</param>
internal sealed class OldDeliveries(string name, string state, TimeSpan kept) : IOldRows
{
    /// <summary>Two days tell an operator enough.</summary>
    public static OldDeliveries Arrived { get; } = new("notices that arrived", DeliveryState.Delivered, TimeSpan.FromDays(2));

    public static OldDeliveries GivenUp { get; } = new("notices given up", DeliveryState.Dead, TimeSpan.FromDays(30));

    /// <summary>Their target is not configured any more, else they would have arrived or been given up within a day.</summary>
    public static OldDeliveries ForNobody { get; } = new("notices for nobody", DeliveryState.Pending, TimeSpan.FromDays(30));

    public string Name => name;

    public Task<int> RemoveAsync(LarkDbContext db, DateTimeOffset now, int atMost, CancellationToken ct)
    {
        var before = now - kept;
        return db.Set<WebhookDelivery>().Where(d => d.State == state && d.DueAt <= before).OrderBy(d => d.DueAt).Take(atMost).ExecuteDeleteAsync(ct);
    }
}

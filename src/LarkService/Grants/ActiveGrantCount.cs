using LarkService.Data;
using LarkService.Data.Counting;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Grants;

/// <summary>How many users' tokens are kept and in use, for each app.</summary>
internal sealed class ActiveGrantCount : IRowCount
{
    private readonly LarkApps _apps;
    private readonly GrantMetrics _metrics;

    public ActiveGrantCount(LarkApps apps, GrantMetrics metrics)
    {
        (_apps, _metrics) = (apps, metrics);
        foreach (var app in apps.All)
        {
            metrics.StartAtZero(app.AppId);
        }
    }

    public async Task CountAsync(LarkDbContext db, CancellationToken ct)
    {
        var found = await db.Set<UserGrant>()
            .Where(g => g.Status == GrantStatus.Active)
            .GroupBy(g => g.AppId)
            .Select(g => new { AppId = g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.AppId, g => g.Count, ct);
        _metrics.Active([.. _apps.All.Select(app => (app.AppId, found.GetValueOrDefault(app.AppId)))]);
    }
}

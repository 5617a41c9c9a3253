using LarkService.Data;
using LarkService.Data.Counting;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace LarkService.Authorization;

/// <summary>How many sessions wait for their user, for each app.</summary>
internal sealed class OpenSessionCount : IRowCount
{
    private readonly LarkApps _apps;
    private readonly AuthorizationMetrics _metrics;
    private readonly TimeProvider _clock;

    public OpenSessionCount(LarkApps apps, IOptions<AuthorizationOptions> options, AuthorizationMetrics metrics, TimeProvider clock)
    {
        (_apps, _metrics, _clock) = (apps, metrics, clock);
        foreach (var app in apps.All)
        {
            metrics.StartAtZero(app.AppId, options.Value.EffectiveFlow);
        }
    }

    public async Task CountAsync(LarkDbContext db, CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        var found = await db.Set<AuthorizationSession>()
            .Where(s => s.State == SessionState.Pending && s.ExpiresAt > now)
            .GroupBy(s => s.AppId)
            .Select(g => new { AppId = g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.AppId, g => g.Count, ct);
        _metrics.Open([.. _apps.All.Select(app => (app.AppId, found.GetValueOrDefault(app.AppId)))]);
    }
}

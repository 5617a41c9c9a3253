using LarkService.Data;
using LarkService.Data.Outbox;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Grants.Upkeep;

/// <summary>
/// The platform asks everybody anew 365 days after they agreed, however often was refreshed. Here that day is announced a week
/// ahead, once for each consent, so that it comes as no surprise.
/// </summary>
internal sealed partial class EndAnnouncements(Database database, OutboxPublisher outbox, LarkApps apps, TimeProvider clock, ILogger<EndAnnouncements> logger)
{
    public static readonly TimeSpan Ceiling = TimeSpan.FromDays(365);
    private const int Page = 200;
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(7);

    /// <summary>Each becomes a message to somebody.</summary>
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(100);

    public async Task<Announced> RunAsync(CancellationToken ct)
    {
        var spacing = new Spacing(Gap, clock);
        var (told, failed) = (0, 0);
        var last = (GrantedAt: clock.GetUtcNow() - Ceiling, Id: Guid.Empty);
        while (await database.RunAsync(db => DueAsync(db, clock.GetUtcNow(), last, ct)) is { Count: > 0 } page)
        {
            last = (page[^1].GrantedAt, page[^1].Id);
            foreach (var due in page.Where(d => apps.All.Any(app => app.AppId == d.AppId)))
            {
                try
                {
                    await spacing.WaitAsync(ct);
                    told += await TellAsync(due, ct) ? 1 : 0;
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    failed++;
                    Log.NotTold(logger, due.AppId, due.OpenId, e);
                }
            }
        }

        return new Announced(told, failed);
    }

    internal static Task<List<Due>> DueAsync(LarkDbContext db, DateTimeOffset now, (DateTimeOffset GrantedAt, Guid Id) after, CancellationToken ct)
    {
        var until = now - Ceiling + Ahead;
        return db.Set<UserGrant>()
            .Where(g => g.Status == GrantStatus.Active && g.GrantedAt >= after.GrantedAt && g.GrantedAt <= until)
            .Where(g => g.GrantedAt > after.GrantedAt || g.Id.CompareTo(after.Id) > 0)
            .Where(g => g.EndAnnouncedAt == null && g.SealedRefreshToken != null)
            .OrderBy(g => g.GrantedAt).ThenBy(g => g.Id)
            .Take(Page)
            .Select(g => new Due(g.Id, g.AppId, g.OpenId, g.GrantedAt))
            .ToListAsync(ct);
    }

    // The mark and the message stand or fall together. No token changes, so the generation stays.
    private async Task<bool> TellAsync(Due due, CancellationToken ct)
    {
        var told = await database.TransactAsync(async db =>
        {
            var now = clock.GetUtcNow();
            var mine = await db.Set<UserGrant>()
                .Where(g => g.Id == due.Id && g.Status == GrantStatus.Active && g.GrantedAt == due.GrantedAt && g.EndAnnouncedAt == null)
                .ExecuteUpdateAsync(u => u.SetProperty(g => g.EndAnnouncedAt, now), ct) == 1;
            if (mine)
            {
                outbox.Add(db, GrantTopics.EndsSoon, $"{due.AppId}/{due.OpenId}", new GrantEndsSoon(due.AppId, due.OpenId, due.GrantedAt, due.GrantedAt + Ceiling));
                await db.SaveChangesAsync(ct);
            }

            return mine;
        }, ct);
        outbox.Committed();
        return told;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The end of the grant of {AppId}/{OpenId} could not be announced; tomorrow's run tries again")]
        public static partial void NotTold(ILogger logger, string appId, string openId, Exception e);
    }

    /// <summary>A grant that comes to its day 365.</summary>
    internal sealed record Due(Guid Id, string AppId, string OpenId, DateTimeOffset GrantedAt);
}

/// <summary>What a run came to.</summary>
internal sealed record Announced(int Told, int Failed);

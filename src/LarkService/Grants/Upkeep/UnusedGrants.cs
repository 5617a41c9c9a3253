using LarkService.Data;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Grants.Upkeep;

/// <summary>
/// Gives up grants that nobody has used for 30 days: what is not needed is not kept. The platform is told, the log says so, and
/// the user hears nothing: they did nothing, and nothing they use has changed. Should they need it again, they are asked.
/// </summary>
internal sealed partial class UnusedGrants(Database database, UserGrants grants, Revocations revocations, LarkApps apps, TimeProvider clock, ILogger<UnusedGrants> logger)
{
    public static readonly TimeSpan Unused = TimeSpan.FromDays(30);
    public const string By = "service";
    private const int Page = 200;
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(200);

    public async Task<GivenUp> RunAsync(CancellationToken ct)
    {
        var spacing = new Spacing(Gap, clock);
        var (removed, failed) = (0, 0);
        var last = (LastUsedAt: DateTimeOffset.UnixEpoch, Id: Guid.Empty);
        while (await database.RunAsync(db => DueAsync(db, clock.GetUtcNow(), last, ct)) is { Count: > 0 } page)
        {
            last = (page[^1].LastUsedAt, page[^1].Id);
            foreach (var due in page.Where(d => apps.All.Any(app => app.AppId == d.AppId)))
            {
                try
                {
                    await spacing.WaitAsync(ct);
                    removed += await RemoveAsync(new UserKey(due.AppId, due.OpenId), ct) ? 1 : 0;
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    failed++;
                    Log.NotRemoved(logger, due.AppId, due.OpenId, e);
                }
            }
        }

        return new GivenUp(removed, failed);
    }

    internal static Task<List<Due>> DueAsync(LarkDbContext db, DateTimeOffset now, (DateTimeOffset LastUsedAt, Guid Id) after, CancellationToken ct)
    {
        var until = now - Unused;
        return db.Set<UserGrant>()
            .Where(g => g.Status == GrantStatus.Active && g.LastUsedAt >= after.LastUsedAt && g.LastUsedAt <= until)
            .Where(g => g.LastUsedAt > after.LastUsedAt || g.Id.CompareTo(after.Id) > 0)
            .OrderBy(g => g.LastUsedAt).ThenBy(g => g.Id)
            .Take(Page)
            .Select(g => new Due(g.Id, g.AppId, g.OpenId, g.LastUsedAt!.Value))
            .ToListAsync(ct);
    }

    private async Task<bool> RemoveAsync(UserKey user, CancellationToken ct)
    {
        // Used, or agreed to anew, since the list was made?
        if (await grants.FindAsync(user, ct) is not { Status: GrantStatus.Active } grant || grant.LastUsedAt > clock.GetUtcNow() - Unused)
        {
            return false;
        }

        if (!await revocations.RevokeAsync(user, By, chatId: null, ct))
        {
            return false;
        }

        Log.Removed(logger, user.AppId, user.OpenId, grant.LastUsedAt);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The grant of {AppId}/{OpenId} was removed: nobody has used it since {LastUsedAt}")]
        public static partial void Removed(ILogger logger, string appId, string openId, DateTimeOffset? lastUsedAt);

        [LoggerMessage(2, LogLevel.Warning, "The unused grant of {AppId}/{OpenId} could not be removed; tomorrow's run tries again")]
        public static partial void NotRemoved(ILogger logger, string appId, string openId, Exception e);
    }

    /// <summary>A grant nobody has used for long.</summary>
    internal sealed record Due(Guid Id, string AppId, string OpenId, DateTimeOffset LastUsedAt);
}

/// <summary>What a run came to.</summary>
internal sealed record GivenUp(int Removed, int Failed);

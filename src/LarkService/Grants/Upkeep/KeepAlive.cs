using LarkService.Data;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Grants.Upkeep;

/// <summary>
/// Uses refresh tokens that nobody has used for days, before they die of it. A token's last two days are early enough, and of one
/// that lives shorter than a week the last two sevenths.
/// </summary>
internal sealed partial class KeepAlive(Database database, TokenRefresher refresher, LarkApps apps, TimeProvider clock, ILogger<KeepAlive> logger)
{
    public const int Page = 200;
    private const double LastPart = 2.0 / 7;
    private const int AtOnce = 8;

    /// <summary>An app that the platform does not serve so often in a run is left alone until the next.</summary>
    private const int MostFailures = 10;
    private static readonly TimeSpan Before = TimeSpan.FromDays(2);
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(100);

    /// <summary>What is left then waits for the next run, a minute later.</summary>
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(14);

    public async Task<KeptAlive> RunAsync(CancellationToken ct)
    {
        var run = new Run(new Spacing(Gap, clock));
        var began = clock.GetTimestamp();
        var last = (ExpiresAt: clock.GetUtcNow(), Id: Guid.Empty);
        while (clock.GetElapsedTime(began) < RunLimit && await database.RunAsync(db => DueAsync(db, clock.GetUtcNow(), last, ct)) is { Count: > 0 } page)
        {
            last = (page[^1].ExpiresAt, page[^1].Id);
            var limits = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct };
            await Parallel.ForEachAsync(page.Where(IsMine), limits, async (due, token) => await RenewAsync(due, run, token));
        }

        return new KeptAlive(run.Renewed, run.Failed, run.LeftAlone);
    }

    internal static Task<List<Due>> DueAsync(LarkDbContext db, DateTimeOffset now, (DateTimeOffset ExpiresAt, Guid Id) after, CancellationToken ct)
    {
        var until = now + Before;
        return db.Set<UserGrant>()
            .Where(g => g.Status == GrantStatus.Active && g.RefreshExpiresAt >= after.ExpiresAt && g.RefreshExpiresAt <= until)
            .Where(g => g.RefreshExpiresAt > after.ExpiresAt || g.Id.CompareTo(after.Id) > 0)
            .OrderBy(g => g.RefreshExpiresAt).ThenBy(g => g.Id)
            .Take(Page)
            .Select(g => new Due(g.Id, g.AppId, g.OpenId, g.Version, g.AccessIssuedAt ?? g.GrantedAt, g.RefreshExpiresAt!.Value))
            .ToListAsync(ct);
    }

    // Not asked of the database: it would walk another index for it.
    private bool IsMine(Due due) =>
        apps.All.Any(app => app.AppId == due.AppId) && due.ExpiresAt - clock.GetUtcNow() <= (due.ExpiresAt - due.IssuedAt) * LastPart;

    private async Task RenewAsync(Due due, Run run, CancellationToken ct)
    {
        if (run.IsLeftAlone(due.AppId))
        {
            return;
        }

        try
        {
            await run.Spacing.WaitAsync(ct);
            var outcome = await refresher.RefreshAsync(new UserKey(due.AppId, due.OpenId), due.Version, CallPriority.Background, ct);
            run.Count(due.AppId, outcome);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            if (run.CountFailure(due.AppId) == 1)
            {
                Log.NotRenewed(logger, due.AppId, due.OpenId, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The refresh token of {AppId}/{OpenId} could not be kept alive; further ones of this run are only counted")]
        public static partial void NotRenewed(ILogger logger, string appId, string openId, Exception e);
    }

    /// <summary>A grant whose refresh token comes to its end.</summary>
    internal sealed record Due(Guid Id, string AppId, string OpenId, long Version, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt);

    /// <summary>What one run has seen so far.</summary>
    private sealed class Run(Spacing spacing)
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, int> _failures = [];

        public Spacing Spacing => spacing;

        public int Renewed { get; private set; }

        public int Failed { get; private set; }

        public int LeftAlone { get; private set; }

        public bool IsLeftAlone(string appId)
        {
            lock (_gate)
            {
                var alone = _failures.GetValueOrDefault(appId) >= MostFailures;
                LeftAlone += alone ? 1 : 0;
                return alone;
            }
        }

        public void Count(string appId, RefreshOutcome outcome)
        {
            lock (_gate)
            {
                if (outcome is RefreshOutcome.Look)
                {
                    Renewed++;
                    return;
                }

                // Refused for the app's settings: the next user's turn would end the same.
                Failed++;
                _failures[appId] = outcome is RefreshOutcome.Refused ? MostFailures : _failures.GetValueOrDefault(appId) + 1;
            }
        }

        /// <returns>The how-manieth of this run it was.</returns>
        public int CountFailure(string appId)
        {
            lock (_gate)
            {
                _failures.TryAdd(appId, 0);
                return ++Failed;
            }
        }
    }
}

/// <summary>What a run came to.</summary>
/// <param name="Renewed">Refreshed, or somebody was faster, or the platform said that only the user can renew it.</param>
/// <param name="Failed">Not this time.</param>
/// <param name="LeftAlone">Not tried, because the platform does not serve their app at the moment.</param>
internal sealed record KeptAlive(int Renewed, int Failed, int LeftAlone);

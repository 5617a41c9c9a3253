using LarkService.Data;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Grants.Upkeep;

/// <summary>
/// Brings what we know about users up to date with the company's directory, fifty at a time. Somebody the directory cannot show
/// us, or a batch that fails, holds up nobody else; an app that may not read the directory is left as it is.
/// </summary>
internal sealed partial class UserSync(
    Database database, ContactClient contacts, ContactUpdate update, Revocations revocations, LarkApps apps, TimeProvider clock, ILogger<UserSync> logger)
{
    /// <summary>The platform seems not to be there: the rest of this app waits for tomorrow.</summary>
    private const int MostFailuresInARow = 3;

    /// <summary>A tenth of what the platform allows.</summary>
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(200);

    public async Task<Synchronised> RunAsync(CancellationToken ct)
    {
        var count = new Synchronised();
        foreach (var app in apps.All)
        {
            try
            {
                await SyncAsync(app, count, ct);
            }
            catch (PlatformException e)
            {
                Log.Refused(logger, app.AppId, e.Error);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                Log.Broken(logger, app.AppId, e);
            }
        }

        return count;
    }

    internal static Task<List<UserGrant>> PageAsync(LarkDbContext db, string appId, string after, CancellationToken ct) =>
        db.Set<UserGrant>().AsNoTracking()
            .Where(g => g.AppId == appId && g.OpenId.CompareTo(after) > 0 && g.Status == GrantStatus.Active)
            .OrderBy(g => g.OpenId)
            .Take(ContactClient.MostAtOnce)
            .ToListAsync(ct);

    private async Task SyncAsync(LarkApp app, Synchronised count, CancellationToken ct)
    {
        var spacing = new Spacing(Gap, clock);
        var (after, failures) = ("", 0);
        while (await database.RunAsync(db => PageAsync(db, app.AppId, after, ct)) is { Count: > 0 } page)
        {
            after = page[^1].OpenId;
            try
            {
                var found = await LookUpAsync(app, page.ConvertAll(g => g.OpenId), spacing, count, ct);
                await ApplyAsync(page, found, count, ct);
                failures = 0;
            }
            catch (Exception e) when (e is HttpRequestException or PlatformException { Error.IsTransient: true } && ++failures < MostFailuresInARow)
            {
                count.Failed += page.Count;
            }
        }
    }

    // A refusal tells that somebody is the matter, not who: halves tell.
    private async Task<IReadOnlyList<Contact>> LookUpAsync(LarkApp app, List<string> openIds, Spacing spacing, Synchronised count, CancellationToken ct)
    {
        await spacing.WaitAsync(ct);
        try
        {
            return await contacts.FindAsync(app, openIds, ct);
        }
        catch (PlatformException e) when (ContactClient.IsAboutSomebody(e.Error))
        {
            if (openIds.Count == 1)
            {
                count.Failed++;
                return [];
            }

            var half = openIds.Count / 2;
            return [.. await LookUpAsync(app, openIds[..half], spacing, count, ct), .. await LookUpAsync(app, openIds[half..], spacing, count, ct)];
        }
    }

    private async Task ApplyAsync(List<UserGrant> page, IReadOnlyList<Contact> found, Synchronised count, CancellationToken ct)
    {
        var byId = found.DistinctBy(c => c.OpenId).ToDictionary(c => c.OpenId, StringComparer.Ordinal);
        foreach (var grant in page)
        {
            if (!byId.TryGetValue(grant.OpenId, out var contact))
            {
                continue; // outside the app's range in the directory: that proves nothing
            }

            try
            {
                if (contact.HasLeft)
                {
                    count.Left += await revocations.RevokeAsync(grant.Key, RevokedBy.Leaver, chatId: null, ct) ? 1 : 0;
                }
                else
                {
                    count.Changed += await update.ApplyAsync(grant, contact, ct) ? 1 : 0;
                    count.Seen++;
                }
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                count.Failed++;
                Log.NotUpdated(logger, grant.AppId, grant.OpenId, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "App {AppId} cannot read the directory ({Error}); what is known about its users stays as it is")]
        public static partial void Refused(ILogger logger, string appId, PlatformError error);

        [LoggerMessage(2, LogLevel.Warning, "The users of app {AppId} could not be brought up to date; tomorrow's run tries again")]
        public static partial void Broken(ILogger logger, string appId, Exception e);

        [LoggerMessage(3, LogLevel.Warning, "What is known about {AppId}/{OpenId} could not be brought up to date")]
        public static partial void NotUpdated(ILogger logger, string appId, string openId, Exception e);
    }
}

/// <summary>What a run came to.</summary>
internal sealed record Synchronised
{
    /// <summary>Found in the directory.</summary>
    public int Seen { get; set; }

    /// <summary>Of these, with something new.</summary>
    public int Changed { get; set; }

    /// <summary>Left the company; their grants are revoked.</summary>
    public int Left { get; set; }

    public int Failed { get; set; }
}

using LarkService.Data;
using LarkService.Platform;
using LarkService.Platform.Http;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Authorization;

/// <summary>The stored sessions for callers of the API, the newest first.</summary>
internal sealed class SessionList(Database database, LarkApps apps)
{
    /// <summary>The name its cursors are for.</summary>
    public const string Name = "authorizations";

    /// <param name="wanted">Which.</param>
    /// <param name="before">Where the page before ended.</param>
    /// <param name="most">Length of the page.</param>
    /// <param name="ct">Ends it.</param>
    public Task<List<AuthorizationSession>> ReadAsync(Wanted wanted, TimeCursor? before, int most, CancellationToken ct) => database.RunAsync(db =>
        Before(Of(db.Set<AuthorizationSession>().AsNoTracking(), wanted), before)
            .OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.SessionId)
            .Take(most)
            .ToListAsync(ct));

    public static string Cursor(AuthorizationSession last) => new TimeCursor(last.CreatedAt, last.SessionId).Write(Name);

    // Only what was asked for stands in the statement, so that an index serves it.
    private IQueryable<AuthorizationSession> Of(IQueryable<AuthorizationSession> sessions, Wanted wanted)
    {
        if (wanted.State is { } state)
        {
            sessions = sessions.Where(s => s.State == state);
        }

        if (wanted.OpenId is { } openId)
        {
            // A user's open_id is another in each app; naming the app, or all of them, leads to the index of users.
            string[] among = wanted.AppId is { } named ? [named] : [.. apps.All.Select(a => a.AppId)];
            return sessions.Where(s => among.Contains(s.AppId) && s.OpenId == openId);
        }

        return wanted.AppId is { } appId ? sessions.Where(s => s.AppId == appId) : sessions;
    }

    // The first comparison says it all but for equal times; it is what an index can start from.
    private static IQueryable<AuthorizationSession> Before(IQueryable<AuthorizationSession> sessions, TimeCursor? cursor) => cursor is { At: var at, Id: var id }
        ? sessions.Where(s => s.CreatedAt <= at && (s.CreatedAt < at || s.SessionId.CompareTo(id) < 0))
        : sessions;

    /// <summary>Which sessions; null is any.</summary>
    internal sealed record Wanted(SessionState? State, string? AppId, string? OpenId);
}

using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Authorization.Flows;

/// <summary>
/// Whose turn it is with a pending session. A turn is taken by moving the session's next look ahead, in one statement that names the
/// time it expects: of several replicas one gets it, and whoever dies meanwhile holds the session up to the end of the turn only.
/// </summary>
internal sealed class SessionTurns(Database database, SlowLooks looks, TimeProvider clock)
{
    /// <summary>For a poll: as long as it waits for a permit, for the answer and for whose tokens they are, and a little.</summary>
    public static readonly TimeSpan OfPoll = TimeSpan.FromMinutes(1);

    /// <summary>For an authorization code: the same, with a person who waits longer for a permit. It lives five minutes.</summary>
    public static readonly TimeSpan OfCode = TimeSpan.FromMinutes(2);

    /// <summary>The longer ago the click, the rarer the polls: whoever left the page costs few, and nobody waits much longer than they took themselves.</summary>
    private const double ShareOfAge = 1.0 / 12;

    private static readonly TimeSpan LastLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Sessions to be looked after now, the longest due first.</summary>
    /// <param name="opened">Those whose user has clicked or come back; else the others.</param>
    /// <param name="atMost">How many.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task<List<AuthorizationSession>> DueAsync(bool opened, int atMost, CancellationToken ct) => database.RunAsync(db =>
    {
        var now = clock.GetUtcNow();
        return db.Set<AuthorizationSession>().AsNoTracking()
            .Where(s => s.State == SessionState.Pending && s.NextPollAt <= now)
            .Where(s => s.ExpiresAt > now || (s.Flow == SessionFlow.Redirect && s.SealedDeviceCode != null)) // whoever came back in time is served
            .Where(s => (s.OpenedAt != null || s.Flow == SessionFlow.Redirect) == opened)
            .OrderBy(s => s.NextPollAt)
            .Take(atMost)
            .ToListAsync(ct);
    });

    /// <returns>False when another replica has it, or the session has ended.</returns>
    public async Task<bool> TakeAsync(AuthorizationSession session, TimeSpan length, CancellationToken ct)
    {
        var until = clock.GetUtcNow() + length;
        return await database.WriteAsync(db => Pending(db, session).Where(s => s.NextPollAt == session.NextPollAt)
            .ExecuteUpdateAsync(u => u.SetProperty(s => s.NextPollAt, until), ct), ct) == 1;
    }

    /// <summary>Makes our own turn longer; for whoever has it.</summary>
    public Task HoldAsync(AuthorizationSession session, TimeSpan length)
    {
        var until = clock.GetUtcNow() + length;
        return database.WriteAsync(db => Pending(db, session).ExecuteUpdateAsync(u => u.SetProperty(s => s.NextPollAt, until), CancellationToken.None), CancellationToken.None);
    }

    /// <summary>Nothing was done: it is as due as it was before, for whoever comes next.</summary>
    public Task GiveBackAsync(AuthorizationSession session)
    {
        var due = session.NextPollAt ?? clock.GetUtcNow();
        return database.WriteAsync(db => Pending(db, session).ExecuteUpdateAsync(u => u.SetProperty(s => s.NextPollAt, due), CancellationToken.None), CancellationToken.None);
    }

    /// <summary>The user has not decided yet: the next poll, at the platform's interval at the earliest.</summary>
    public Task AgainAsync(AuthorizationSession session, int pollSeconds, DateTimeOffset codeEndsAt)
    {
        var now = clock.GetUtcNow();
        DateTimeOffset? soon = NotPast(session.ExpiresAt, NotPast(codeEndsAt, now + PauseAfter(pollSeconds, now - (session.OpenedAt ?? now))));
        var later = session.OpenedAt is null ? looks.Next(session.AppId, codeEndsAt) : soon;
        return database.WriteAsync(db => Pending(db, session).ExecuteUpdateAsync(u => u
            .SetProperty(s => s.PollSeconds, pollSeconds)
            .SetProperty(s => s.NextPollAt, s => s.OpenedAt == null ? later : soon), CancellationToken.None), CancellationToken.None); // somebody may click in this moment
    }

    // The user may agree in the last moment: one more look before an end.
    private DateTimeOffset NotPast(DateTimeOffset end, DateTimeOffset next)
    {
        var last = end - LastLook;
        return next > last && last > clock.GetUtcNow() ? last : next;
    }

    private static TimeSpan PauseAfter(int pollSeconds, TimeSpan sinceClick)
    {
        var interval = TimeSpan.FromSeconds(pollSeconds);
        var patient = sinceClick * ShareOfAge;
        patient = patient < LongestPause ? patient : LongestPause;
        return interval > patient ? interval : patient;
    }

    private static IQueryable<AuthorizationSession> Pending(LarkDbContext db, AuthorizationSession session) =>
        db.Set<AuthorizationSession>().Where(s => s.SessionId == session.SessionId && s.State == SessionState.Pending);
}

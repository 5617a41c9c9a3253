using LarkService.Platform;

namespace LarkService.Authorization;

/// <summary>
/// A consent page that shows an error (20027, 20029) sends nobody back and tells us nothing. So it is noticed by its silence: several
/// people in a row opened it, and every one of their sessions expired. Each replica counts what it ends itself.
/// </summary>
internal sealed class UnansweredPages(AppSetupAlerts alerts, LarkApps apps)
{
    /// <summary>One or two may have changed their mind.</summary>
    public const int Enough = 3;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<string>> _silent = new(StringComparer.Ordinal); // apps are configured, and few people are kept for each

    /// <summary>A session has ended.</summary>
    public void Ended(AuthorizationSession session, SessionState state)
    {
        if (state is SessionState.Authorized or SessionState.Declined)
        {
            lock (_gate)
            {
                _silent.Remove(session.AppId); // somebody came back, so the page works
            }
        }
        else if (state == SessionState.Expired && session.OpenedAt is not null && IsEnough(session))
        {
            alerts.PageUnanswered(apps.Get(session.AppId), Enough, session.Scopes);
        }
    }

    private bool IsEnough(AuthorizationSession session)
    {
        lock (_gate)
        {
            if (!_silent.TryGetValue(session.AppId, out var people))
            {
                _silent[session.AppId] = people = new(StringComparer.Ordinal);
            }

            return people.Count < Enough && people.Add(session.OpenId) && people.Count == Enough;
        }
    }
}

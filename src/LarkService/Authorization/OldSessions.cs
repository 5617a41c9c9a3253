using LarkService.Data;
using LarkService.Data.Tidying;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Authorization;

/// <summary>Sessions that ended, a month past the time they could have been used. Pending ones are ended first, whatever their age.</summary>
internal sealed class OldSessions : IOldRows
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);
    private static readonly SessionState[] Ended = [.. Enum.GetValues<SessionState>().Except([SessionState.Pending])];

    public string Name => "sessions";

    public Task<int> RemoveAsync(LarkDbContext db, DateTimeOffset now, int atMost, CancellationToken ct)
    {
        var before = now - Kept;
        return db.Set<AuthorizationSession>().Where(s => Ended.Contains(s.State) && s.ExpiresAt <= before)
            .OrderBy(s => s.ExpiresAt).Take(atMost).ExecuteDeleteAsync(ct);
    }
}

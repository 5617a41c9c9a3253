using LarkService.Data;
using LarkService.Data.Tidying;
using Microsoft.EntityFrameworkCore;

namespace LarkService.OnBehalfOf;

/// <summary>
/// Work that was over a month ago. What still waits for its user then waits in vain: no session lasts that long, and nobody could be
/// asked how it stands.
/// </summary>
internal sealed class OldParkedCalls : IOldRows
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);
    private static readonly string[] AtRest =
        [ParkedCallState.Succeeded, ParkedCallState.Failed, ParkedCallState.Declined, ParkedCallState.Expired, ParkedCallState.WaitingForUser];

    public string Name => "parked calls";

    public Task<int> RemoveAsync(LarkDbContext db, DateTimeOffset now, int atMost, CancellationToken ct)
    {
        var before = now - Kept;
        return db.Set<ParkedCall>().Where(c => AtRest.Contains(c.State) && c.DueAt <= before)
            .OrderBy(c => c.DueAt).Take(atMost).ExecuteDeleteAsync(ct);
    }
}

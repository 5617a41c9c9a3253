using LarkService.Data;
using LarkService.Data.Tidying;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Accounts.Limits;

/// <summary>Counts of requests that no window reaches back to.</summary>
internal sealed class OldRequestCounts : IOldRows
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(20);

    public string Name => "request counts";

    public Task<int> RemoveAsync(LarkDbContext db, DateTimeOffset now, int atMost, CancellationToken ct)
    {
        var before = (now - Kept).ToUnixTimeMilliseconds();
        return db.Set<RequestCount>().Where(c => c.Beginning <= before).OrderBy(c => c.Beginning).Take(atMost).ExecuteDeleteAsync(ct);
    }
}

using LarkService.Data;
using LarkService.Data.Tidying;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Accounts.Limits;

/// <summary>Counts of requests that no window reaches back to.</summary>
internal sealed class OldRequestCounts : IOldRows
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(20);

    public string Name => "request counts";

    public async Task<int> RemoveAsync(LarkDbContext db, DateTimeOffset now, int atMost, CancellationToken ct)
    {
        // All of one time go together, so that an index serves it: the key has two columns, and a step of so many rows would read the whole table.
        var before = (now - Kept).ToUnixTimeMilliseconds();
        var oldest = await db.Set<RequestCount>().Where(c => c.Beginning <= before).OrderBy(c => c.Beginning).Select(c => c.Beginning).Take(atMost).ToListAsync(ct);
        return oldest is [.., var upTo] ? await db.Set<RequestCount>().Where(c => c.Beginning <= upTo).ExecuteDeleteAsync(ct) : 0;
    }
}

using LarkService.Data;
using LarkService.Data.Tidying;
using Microsoft.EntityFrameworkCore;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>Operations whose answer has been kept for its time.</summary>
internal sealed class OldOperations : IOldRows
{
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    public string Name => "answers of operations";

    public Task<int> RemoveAsync(LarkDbContext db, DateTimeOffset now, int atMost, CancellationToken ct)
    {
        var before = now - Kept;
        return db.Set<ParkedCall>().Where(c => c.CallerId != null && c.FinishedAt <= before).OrderBy(c => c.FinishedAt).Take(atMost).ExecuteDeleteAsync(ct);
    }
}

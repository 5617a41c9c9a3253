using LarkService.Data;
using LarkService.Data.Tidying;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Accounts.SignIn;

/// <summary>Refresh tokens that could not be used any more for a day.</summary>
internal sealed class OldRefreshTokens : IOldRows
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    public string Name => "refresh tokens";

    public Task<int> RemoveAsync(LarkDbContext db, DateTimeOffset now, int atMost, CancellationToken ct)
    {
        var before = now - Kept;
        return db.Set<RefreshToken>().Where(t => t.ExpiresAt <= before).OrderBy(t => t.ExpiresAt).Take(atMost).ExecuteDeleteAsync(ct);
    }
}

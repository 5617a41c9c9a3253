using LarkService.Accounts.Limits;
using LarkService.Accounts.SignIn;
using LarkService.Data;
using LarkService.Data.Tidying;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Accounts;

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

/// <summary>Tries to sign in that hold nobody back any more.</summary>
internal sealed class OldSignInTries : IOldRows
{
    public string Name => "tries to sign in";

    public Task<int> RemoveAsync(LarkDbContext db, DateTimeOffset now, int atMost, CancellationToken ct)
    {
        var before = (now - SignInTries.Window).ToUnixTimeMilliseconds();
        return db.Set<SignInTry>().Where(t => t.At1 <= before).OrderBy(t => t.At1).Take(atMost).ExecuteDeleteAsync(ct);
    }
}

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

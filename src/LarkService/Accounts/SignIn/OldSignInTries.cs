using LarkService.Data;
using LarkService.Data.Tidying;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Accounts.SignIn;

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

using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Accounts.SignIn;

/// <summary>
/// Lets nobody guess passwords: five tries in any 15 minutes from one address, and five failed ones under one name, whether anybody has
/// that name or not. A try takes its place before the password is looked at, in one statement, so it is exact however many come at once
/// and on however many replicas.
/// </summary>
internal sealed class SignInTries(Database database, TimeProvider clock)
{
    /// <summary>So many columns the table has.</summary>
    public const int Most = 5;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    public async Task<TryVerdict> TakeAsync(string key, CancellationToken ct)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var since = now - (long)Window.TotalMilliseconds;
        using var turn = await database.TakeTurnAsync(ct);
        return await database.RunAsync(async db =>
        {
            var taken = await db.Set<SignInTry>().FromSql($"""
                INSERT INTO sign_in_tries (key, at1) VALUES ({key}, {now})
                ON CONFLICT (key) DO UPDATE SET
                    at1 = excluded.at1, at2 = sign_in_tries.at1, at3 = sign_in_tries.at2, at4 = sign_in_tries.at3, at5 = sign_in_tries.at4
                WHERE sign_in_tries.at5 IS NULL OR sign_in_tries.at5 <= {since}
                RETURNING key, at1, at2, at3, at4, at5
                """).AsNoTracking().ToListAsync(ct);
            var stands = taken.FirstOrDefault() ?? await db.Set<SignInTry>().AsNoTracking().SingleOrDefaultAsync(t => t.Key == key, ct);
            long?[] within = [.. Times(stands).Where(at => at > since)];
            var wait = TimeSpan.FromMilliseconds(Math.Max(1, (within.Min() ?? now) - since));
            return new TryVerdict(taken.Count > 0, Most - within.Length, wait);
        });
    }

    /// <summary>Who got in need not fear for the next time.</summary>
    public async Task ForgetAsync(string key, CancellationToken ct)
    {
        using var turn = await database.TakeTurnAsync(ct);
        await database.RunAsync(db => db.Set<SignInTry>().Where(t => t.Key == key).ExecuteDeleteAsync(ct));
    }

    private static long?[] Times(SignInTry? tries) => tries is null ? [] : [tries.At1, tries.At2, tries.At3, tries.At4, tries.At5];
}

/// <param name="IsFree">This try may be made.</param>
/// <param name="Left">Further ones.</param>
/// <param name="Wait">Until the oldest does not count any more.</param>
internal readonly record struct TryVerdict(bool IsFree, int Left, TimeSpan Wait);

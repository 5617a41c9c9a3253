using LarkService.Accounts.Limits;
using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Accounts.SignIn;

/// <summary>
/// Lets nobody guess passwords: five tries in any 15 minutes from one address; and under one name, whether anybody has it or not, five failed
/// ones and then one in half a minute, so that somebody who fails on purpose does not lock out the owner, who is elsewhere. A try takes its place
/// before the password is looked at, in one statement, so it is exact however many come at once and on however many replicas.
/// </summary>
internal sealed class SignInTries(Database database, TimeProvider clock)
{
    /// <summary>So many columns the table has.</summary>
    public const int Most = 5;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    /// <summary>Under a name, when five have failed.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromSeconds(30);

    /// <summary>One try from an address: it counts even when it goes well.</summary>
    public Task<TryVerdict> TakeFromAsync(ClientAddress from, CancellationToken ct) => TakeAsync($"address/{from.Key.Text}", Window, ct);

    /// <summary>One try under a name; <see cref="ForgetAsync"/> makes up for it.</summary>
    public Task<TryVerdict> TakeForAsync(string name, CancellationToken ct) => TakeAsync(KeyOf(name), Pace, ct);

    /// <summary>Who got in need not fear for the next time.</summary>
    public async Task ForgetAsync(string name, CancellationToken ct)
    {
        var key = KeyOf(name);
        using var turn = await database.TakeTurnAsync(ct);
        await database.RunAsync(db => db.Set<SignInTry>().Where(t => t.Key == key).ExecuteDeleteAsync(ct));
    }

    /// <summary>Nothing was looked at: a try that was free is so again.</summary>
    public async Task GiveBackAsync(TryVerdict taken, CancellationToken ct)
    {
        using var turn = await database.TakeTurnAsync(ct);
        await database.RunAsync(async db =>
        {
            var (key, at) = (taken.Key, taken.At);
            await db.Set<SignInTry>().Where(t => t.Key == key && t.At1 == at && t.At2 == null).ExecuteDeleteAsync(ct);
            await db.Database.ExecuteSqlAsync($"""
                UPDATE sign_in_tries SET
                    at1 = CASE WHEN {at} IN (at1) THEN at2 ELSE at1 END,
                    at2 = CASE WHEN {at} IN (at1, at2) THEN at3 ELSE at2 END,
                    at3 = CASE WHEN {at} IN (at1, at2, at3) THEN at4 ELSE at3 END,
                    at4 = CASE WHEN {at} IN (at1, at2, at3, at4) THEN at5 ELSE at4 END,
                    at5 = NULL
                WHERE key = {key} AND {at} IN (at1, at2, at3, at4, at5)
                """, ct);
        });
    }

    // A time far to come was written before somebody put the clock back; it holds nobody up.
    private async Task<TryVerdict> TakeAsync(string key, TimeSpan pace, CancellationToken ct)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var since = now - (long)Window.TotalMilliseconds;
        var slow = now - (long)pace.TotalMilliseconds;
        var wrong = now + (long)Window.TotalMilliseconds;
        using var turn = await database.TakeTurnAsync(ct);
        return await database.RunAsync(async db =>
        {
            var taken = await db.Set<SignInTry>().FromSql($"""
                INSERT INTO sign_in_tries (key, at1) VALUES ({key}, {now})
                ON CONFLICT (key) DO UPDATE SET
                    at1 = excluded.at1, at2 = sign_in_tries.at1, at3 = sign_in_tries.at2, at4 = sign_in_tries.at3, at5 = sign_in_tries.at4
                WHERE sign_in_tries.at5 IS NULL OR sign_in_tries.at5 <= {since} OR sign_in_tries.at5 > {wrong} OR sign_in_tries.at1 <= {slow}
                RETURNING key, at1, at2, at3, at4, at5
                """).AsNoTracking().ToListAsync(ct);
            var stands = taken.FirstOrDefault() ?? await db.Set<SignInTry>().AsNoTracking().SingleOrDefaultAsync(t => t.Key == key, ct);
            long?[] within = [.. Times(stands).Where(at => at > since && at <= wrong)];
            var wait = Math.Min((within.Min() ?? now) - since, (within.Max() ?? now) - slow);
            return new TryVerdict(key, now, taken.Count > 0, Most - within.Length, TimeSpan.FromMilliseconds(Math.Max(1, wait)));
        });
    }

    // Its hash: people type all sorts of things.
    private static string KeyOf(string name) => $"name/{Digest.Of(name)}";

    private static long?[] Times(SignInTry? tries) => tries is null ? [] : [tries.At1, tries.At2, tries.At3, tries.At4, tries.At5];
}

/// <param name="Key">Under what it is counted.</param>
/// <param name="At">When, in milliseconds since 1970.</param>
/// <param name="IsFree">This try may be made.</param>
/// <param name="Left">Further ones.</param>
/// <param name="Wait">Until one more is free.</param>
internal readonly record struct TryVerdict(string Key, long At, bool IsFree, int Left, TimeSpan Wait);

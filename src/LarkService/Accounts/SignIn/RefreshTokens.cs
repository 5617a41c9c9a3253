using System.Security.Cryptography;
using LarkService.Data;
using LarkService.Data.Audit;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Accounts.SignIn;

/// <summary>
/// Refresh tokens work once (RFC 9700 §4.14.2). One that comes a second time was stolen, or its thief's successor comes now: nobody can tell
/// which, so the whole family ends and its owner signs in again.
/// </summary>
internal sealed class RefreshTokens(Database database, AuditLog audit, TimeProvider clock)
{
    private const string Mark = "lkr_";
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int SecretLength = 43; // 256 bits
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>Adds one to the caller's transaction.</summary>
    /// <param name="db">Saved by the caller.</param>
    /// <param name="account">Whose.</param>
    /// <param name="family">Null: a new one, somebody has signed in.</param>
    public Secret Add(LarkDbContext db, Guid account, Guid? family = null)
    {
        var now = clock.GetUtcNow();
        var text = Mark + RandomNumberGenerator.GetString(Letters, SecretLength);
        var id = Guid.CreateVersion7(now);
        db.Add(new RefreshToken { Id = id, Hash = Digest.Of(text), AccountId = account, Family = family ?? id, ExpiresAt = now + Lifetime });
        return new Secret(text);
    }

    /// <returns>Whose it was, and the next one; null when it is good for nothing.</returns>
    public async Task<(Account Account, Secret Next)?> SpendAsync(Secret token, CancellationToken ct)
    {
        var hash = Digest.Of(token.Reveal());
        return await database.TransactAsync<(Account, Secret)?>(async db =>
        {
            var now = clock.GetUtcNow();
            var tokens = db.Set<RefreshToken>();
            var spent = await tokens.Where(t => t.Hash == hash && t.UsedAt == null && t.RevokedAt == null && t.ExpiresAt > now)
                .ExecuteUpdateAsync(u => u.SetProperty(t => t.UsedAt, now), ct);
            if (await tokens.AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash, ct) is not { } found)
            {
                return null;
            }

            if (spent == 0)
            {
                await EndFamilyAsync(db, found, now, ct);
                return null;
            }

            if (await db.Set<Account>().AsNoTracking().SingleOrDefaultAsync(a => a.Id == found.AccountId && a.DisabledAt == null, ct) is not { } account)
            {
                return null;
            }

            var next = Add(db, account.Id, found.Family);
            await db.SaveChangesAsync(ct);
            return (account, next);
        }, ct);
    }

    /// <summary>Ends all that an account has; in the caller's transaction.</summary>
    public Task EndAllAsync(LarkDbContext db, Guid account, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return db.Set<RefreshToken>().Where(t => t.AccountId == account && t.RevokedAt == null).ExecuteUpdateAsync(u => u.SetProperty(t => t.RevokedAt, now), ct);
    }

    private async Task EndFamilyAsync(LarkDbContext db, RefreshToken used, DateTimeOffset now, CancellationToken ct)
    {
        if (used.UsedAt is not null && used.RevokedAt is null
            && await db.Set<RefreshToken>().Where(t => t.Family == used.Family && t.RevokedAt == null).ExecuteUpdateAsync(u => u.SetProperty(t => t.RevokedAt, now), ct) > 0) // else another replica was faster
        {
            await audit.AppendAsync(db, new AuditEntry($"account:{used.AccountId}", AuditActions.SignIn, "refresh_token_reused") { Detail = "all that followed from that sign-in has ended" }, ct);
        }
    }
}

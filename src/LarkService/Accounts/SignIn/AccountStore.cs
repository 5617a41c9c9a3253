using LarkService.Data;
using LarkService.Data.Audit;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Accounts.SignIn;

/// <summary>Accounts in the database. Each change stands in the audit log.</summary>
internal sealed class AccountStore(Database database, RefreshTokens refreshTokens, AuditLog audit, TimeProvider clock)
{
    public const string Self = "self";

    public Task<Account?> FindAsync(Guid id, CancellationToken ct) => database.RunAsync(db => db.Set<Account>().AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, ct));

    public Task<Account?> FindAsync(string email, CancellationToken ct) => database.RunAsync(db => db.Set<Account>().AsNoTracking().SingleOrDefaultAsync(a => a.Email == email, ct));

    /// <summary>The oldest first.</summary>
    public Task<List<Account>> ListAsync(Guid after, int most, CancellationToken ct) => database.RunAsync(db =>
        db.Set<Account>().AsNoTracking().Where(a => a.Id.CompareTo(after) > 0).OrderBy(a => a.Id).Take(most).ToListAsync(ct));

    /// <returns>The account, and a refresh token for whoever made it; null when there is one with this address.</returns>
    public async Task<(Account Account, Secret RefreshToken)?> AddAsync(string email, string passwordHash, IReadOnlyCollection<string> permissions, string by, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var account = new Account
        {
            Id = Guid.CreateVersion7(now),
            Email = email,
            PasswordHash = passwordHash,
            Permissions = PermissionList.Write(permissions),
            CreatedAt = now,
            CreatedBy = by,
        };
        try
        {
            return await database.TransactAsync(async db =>
            {
                db.Add(account);
                var token = refreshTokens.Add(db, account.Id);
                await db.SaveChangesAsync(ct);
                await audit.AppendAsync(db, Told(by == Self ? Name(account) : by, account, by == Self ? "registered" : "created"), ct);
                return (account, token);
            }, ct);
        }
        catch (DbUpdateException) when (!ct.IsCancellationRequested)
        {
            if (await FindAsync(email, ct) is not null)
            {
                return null;
            }

            throw;
        }
    }

    /// <summary>Somebody showed the right password.</summary>
    public async Task<Secret> SignInAsync(Account account, string from, CancellationToken ct)
    {
        return await database.TransactAsync(async db =>
        {
            var now = clock.GetUtcNow();
            await db.Set<Account>().Where(a => a.Id == account.Id).ExecuteUpdateAsync(u => u.SetProperty(a => a.LastSignedInAt, now), ct);
            var token = refreshTokens.Add(db, account.Id);
            await db.SaveChangesAsync(ct);
            await audit.AppendAsync(db, new AuditEntry(Name(account), AuditActions.SignIn, "signed_in") { Detail = $"from {from}" }, ct);
            return token;
        }, ct);
    }

    /// <summary>Changes what is named. A new password, or being disabled, ends all that the account has open.</summary>
    /// <returns>False when there is no such account any more.</returns>
    public async Task<bool> ChangeAsync(Account account, AccountChange change, string? passwordHash, string by, CancellationToken ct)
    {
        return await database.TransactAsync(async db =>
        {
            var now = clock.GetUtcNow();
            var changed = await db.Set<Account>().Where(a => a.Id == account.Id).ExecuteUpdateAsync(
                u =>
                {
                    // Only what is named: somebody else may be changing the rest.
                    if (change.Permissions is { } wanted)
                    {
                        u.SetProperty(a => a.Permissions, PermissionList.Write(wanted));
                    }

                    if (change.Disabled is { } disabled)
                    {
                        u.SetProperty(a => a.DisabledAt, disabled ? now : (DateTimeOffset?)null);
                    }

                    if (passwordHash is not null)
                    {
                        u.SetProperty(a => a.PasswordHash, passwordHash);
                    }
                },
                ct);
            if (passwordHash is not null || change.Disabled == true)
            {
                await refreshTokens.EndAllAsync(db, account.Id, ct);
            }

            if (changed > 0)
            {
                await audit.AppendAsync(db, new AuditEntry(by, AuditActions.Account, "changed") { Detail = $"{Name(account)}; {change.Words()}" }, ct);
            }

            return changed > 0;
        }, ct);
    }

    /// <returns>False when there is no such account any more.</returns>
    public async Task<bool> DeleteAsync(Account account, string by, CancellationToken ct)
    {
        return await database.TransactAsync(async db =>
        {
            var deleted = await db.Set<Account>().Where(a => a.Id == account.Id).ExecuteDeleteAsync(ct);
            await refreshTokens.EndAllAsync(db, account.Id, ct);
            if (deleted > 0)
            {
                await audit.AppendAsync(db, Told(by, account, "deleted"), ct);
            }

            return deleted > 0;
        }, ct);
    }

    public static string Name(Account account) => $"account:{account.Id}";

    private static AuditEntry Told(string by, Account account, string result) => new(by, AuditActions.Account, result)
    {
        Detail = $"{Name(account)} ({account.Email}); permissions: {(account.Permissions.Length == 0 ? "none" : account.Permissions)}",
    };
}

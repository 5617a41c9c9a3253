using System.Security.Cryptography;
using LarkService.Data;
using LarkService.Data.Audit;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Accounts.Keys;

/// <summary>Makes, lists and revokes API keys. Each of it stands in the audit log.</summary>
internal sealed class ApiKeys(Database database, ApiKeyCache cache, AuditLog audit, TimeProvider clock)
{
    /// <returns>What is stored, and the key, which nobody sees again.</returns>
    public async Task<(ApiKey Stored, string Key)> CreateAsync(NewApiKey wanted, string by, CancellationToken ct)
    {
        var (text, prefix) = ApiKeyText.Create();
        var now = clock.GetUtcNow();
        var key = new ApiKey
        {
            Id = Guid.CreateVersion7(now),
            Name = wanted.Name!,
            Prefix = prefix,
            Hash = HashOf(text),
            Permissions = PermissionList.Write(wanted.Permissions!),
            Quota = wanted.Quota,
            CreatedAt = now,
            CreatedBy = by,
            ExpiresAt = wanted.ExpiresAt?.ToUniversalTime(),
        };
        await database.TransactAsync(async db =>
        {
            db.Add(key);
            await db.SaveChangesAsync(ct);
            await audit.AppendAsync(db, Told(by, key, "created"), ct);
            return true;
        }, ct);
        cache.Forget(prefix);
        return (key, text);
    }

    /// <summary>From now on nobody may call with it: here at once, elsewhere within a second. A second time changes nothing.</summary>
    /// <returns>False when there is no such key.</returns>
    public async Task<bool> RevokeAsync(Guid id, string by, CancellationToken ct)
    {
        var prefix = await database.TransactAsync(async db =>
        {
            var now = clock.GetUtcNow();
            var revoked = await db.Set<ApiKey>().Where(k => k.Id == id && k.RevokedAt == null).ExecuteUpdateAsync(u => u.SetProperty(k => k.RevokedAt, now), ct);
            var key = await db.Set<ApiKey>().AsNoTracking().SingleOrDefaultAsync(k => k.Id == id, ct);
            if (key is not null && revoked > 0)
            {
                await audit.AppendAsync(db, Told(by, key, "revoked"), ct);
            }

            return key?.Prefix;
        }, ct);
        if (prefix is not null)
        {
            cache.Forget(prefix);
        }

        return prefix is not null;
    }

    public Task<ApiKey?> FindAsync(Guid id, CancellationToken ct) => database.RunAsync(db => db.Set<ApiKey>().AsNoTracking().SingleOrDefaultAsync(k => k.Id == id, ct));

    /// <summary>The oldest first.</summary>
    public Task<List<ApiKey>> ListAsync(Guid after, int most, CancellationToken ct) => database.RunAsync(db =>
        db.Set<ApiKey>().AsNoTracking().Where(k => k.Id.CompareTo(after) > 0).OrderBy(k => k.Id).Take(most).ToListAsync(ct));

    private static byte[] HashOf(string key)
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        ApiKeyText.Hash(key, hash);
        return hash;
    }

    private static AuditEntry Told(string by, ApiKey key, string result) => new(by, AuditActions.ApiKey, result)
    {
        Detail = $"key:{key.Id} ({ApiKeyText.Mark}{key.Prefix}, '{key.Name}'); permissions: {key.Permissions}",
    };
}

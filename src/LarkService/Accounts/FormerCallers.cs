using LarkService.Accounts.Keys;
using LarkService.Accounts.SignIn;
using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Accounts;

/// <summary>Callers who were known once and may not call any more.</summary>
internal sealed class FormerCallers(Database database, TimeProvider clock)
{
    private const int AtOnce = 500;

    /// <returns>Those whose key was revoked, has expired or is gone, and whose account was disabled or deleted.</returns>
    public async Task<IReadOnlySet<string>> AmongAsync(IReadOnlyCollection<string> callerIds, CancellationToken ct)
    {
        var former = new HashSet<string>(StringComparer.Ordinal);
        var now = clock.GetUtcNow();
        await AddAsync(Caller.KeyPrefix, (db, ids) => db.Set<ApiKey>()
            .Where(k => ids.Contains(k.Id) && k.RevokedAt == null && (k.ExpiresAt == null || k.ExpiresAt > now)).Select(k => k.Id).ToListAsync(ct));
        await AddAsync(Caller.AccountPrefix, (db, ids) => db.Set<Account>()
            .Where(a => ids.Contains(a.Id) && a.DisabledAt == null).Select(a => a.Id).ToListAsync(ct));
        return former;

        async Task AddAsync(string prefix, Func<LarkDbContext, Guid[], Task<List<Guid>>> stillGood)
        {
            foreach (var ids in IdsOf(prefix, callerIds).Chunk(AtOnce))
            {
                former.UnionWith(ids.Except(await database.RunAsync(db => stillGood(db, ids))).Select(id => $"{prefix}{id}"));
            }
        }
    }

    private static IEnumerable<Guid> IdsOf(string prefix, IEnumerable<string> callerIds) => callerIds
        .Where(id => id.StartsWith(prefix, StringComparison.Ordinal))
        .Select(id => Guid.Parse(id.AsSpan(prefix.Length)));
}

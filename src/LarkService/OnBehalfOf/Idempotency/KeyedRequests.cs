using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.OnBehalfOf.Idempotency;

/// <summary>The stored keys. Whoever inserts the row carries the request out, on whatever replica; everybody else finds it.</summary>
internal sealed class KeyedRequests(Database database, LeaseOwner owner, TimeProvider clock)
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private const int MostLooks = 3;

    /// <returns>Null when the request is ours to carry out; else the one that has the key.</returns>
    public async Task<KeyedRequest?> ClaimAsync(string id, string callerId, string fingerprint, CancellationToken ct)
    {
        for (var look = 0; look < MostLooks; look++)
        {
            if (await InsertAsync(id, callerId, fingerprint, ct))
            {
                return null;
            }

            var found = await database.RunAsync(db => db.Set<KeyedRequest>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct));
            var before = clock.GetUtcNow() - KeyedRequest.Old.Kept;
            if (found is not null && found.CreatedAt > before)
            {
                return found;
            }

            // It has had its day, or was given back between the two statements.
            await database.WriteAsync(db => db.Set<KeyedRequest>().Where(r => r.Id == id && r.CreatedAt <= before).ExecuteDeleteAsync(ct), ct);
        }

        throw new InvalidOperationException("An idempotency key could neither be taken nor found.");
    }

    /// <summary>Somebody is at it, as far as can be told.</summary>
    public bool IsInWork(KeyedRequest request) =>
        request.LeaseOwner is not null && request.LeaseUntil > clock.GetUtcNow() && (!database.IsSingleProcess || request.LeaseOwner == owner.Id);

    public Task RenewAsync(string id, CancellationToken ct)
    {
        var until = clock.GetUtcNow() + Lease;
        return database.WriteAsync(db => Mine(db, id).ExecuteUpdateAsync(u => u.SetProperty(r => r.LeaseUntil, until), ct), ct);
    }

    /// <param name="id">Which.</param>
    /// <param name="sealedAnswer">Null when it is too large to keep.</param>
    public async Task KeepAsync(string id, string? sealedAnswer)
    {
        using var turn = await database.TakeTurnAsync(CancellationToken.None);
        await database.RunAsync(db => Mine(db, id).ExecuteUpdateAsync(
            u => u.SetProperty(r => r.SealedAnswer, sealedAnswer).SetProperty(r => r.LeaseOwner, (string?)null), CancellationToken.None));
    }

    /// <summary>The key may be used again: nothing was done.</summary>
    public async Task GiveBackAsync(string id)
    {
        using var turn = await database.TakeTurnAsync(CancellationToken.None);
        await database.RunAsync(db => Mine(db, id).ExecuteDeleteAsync(CancellationToken.None));
    }

    /// <summary>The request was broken off: nobody knows how far it came.</summary>
    public async Task AbandonAsync(string id)
    {
        var now = clock.GetUtcNow();
        using var turn = await database.TakeTurnAsync(CancellationToken.None);
        await database.RunAsync(db => Mine(db, id).ExecuteUpdateAsync(u => u.SetProperty(r => r.LeaseUntil, now), CancellationToken.None));
    }

    private IQueryable<KeyedRequest> Mine(LarkDbContext db, string id) => db.Set<KeyedRequest>().Where(r => r.Id == id && r.LeaseOwner == owner.Id);

    private async Task<bool> InsertAsync(string id, string callerId, string fingerprint, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        using var turn = await database.TakeTurnAsync(ct);
        return await database.RunAsync(db => db.Database.ExecuteSqlRawAsync(
            "INSERT INTO idempotency_keys (id, caller_id, fingerprint, lease_owner, lease_until, created_at) VALUES ({0}, {1}, {2}, {3}, {4}, {5}) ON CONFLICT (id) DO NOTHING",
            [id, callerId, fingerprint, owner.Id, Stored(db, now + Lease), Stored(db, now)],
            ct)) == 1;
    }

    // As the column holds it: a statement of our own knows no converters.
    private static object Stored(LarkDbContext db, DateTimeOffset time) => db is SqliteLarkDbContext ? time.ToUnixTimeMilliseconds() : time.ToUniversalTime();
}

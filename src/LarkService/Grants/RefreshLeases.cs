using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Grants;

/// <summary>
/// Who of all replicas may spend a grant's refresh token. A lease lies on the grant's row and is taken in one statement together
/// with the intent to send; so a store that cannot be written costs no token, and a crash leaves a trace. It ends by the
/// database's clock.
/// </summary>
internal sealed class RefreshLeases(Database database, LeaseOwner owner, DatabaseClock clock)
{
    /// <summary>Longer than one call to the platform and what comes with it; a dead owner is succeeded after this.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(15);

    /// <summary>How soon a lease must be used: whoever slept in between, as a stopped machine does, takes it again.</summary>
    public static readonly TimeSpan UseWithin = TimeSpan.FromSeconds(4);

    /// <summary>Nobody tries an uncertain grant for so long, unless a caller needs it.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private const string Generation = " WHERE app_id = {0} AND open_id = {1} AND version = {2}";

    /// <summary>Another process began before and may still come back with an answer.</summary>
    public bool OthersMayStillStore(UserGrant grant) =>
        !database.IsSingleProcess && grant.RefreshStartedAt is not null && grant.RefreshLeaseOwner != owner.Id;

    /// <returns>False when the grant has changed or somebody else has the lease: look again.</returns>
    public async Task<bool> TakeAsync(UserGrant grant, CancellationToken ct)
    {
        // On SQLite any other owner is a process that is gone. An intent that was not there when we looked is somebody's since.
        var free = database.IsSingleProcess ? "TRUE" : $"(refresh_lease_owner IS NULL OR refresh_lease_until <= {clock.Now()})";
        var unchanged = grant.RefreshStartedAt is null ? "refresh_started_at IS NULL" : "TRUE";
        var sql = "UPDATE user_grants SET refresh_lease_owner = {3}, refresh_lease_until = " + clock.Now(Lifetime)
            + $", refresh_started_at = COALESCE(refresh_started_at, {clock.Now()})" + Generation
            + " AND status = 'active' AND refresh_token IS NOT NULL AND (refresh_lease_owner = {3} OR (" + free + " AND " + unchanged + "))";
        return await database.WriteAsync(db => db.Database.ExecuteSqlRawAsync(sql, [grant.AppId, grant.OpenId, grant.Version, owner.Id], ct), ct) == 1;
    }

    /// <summary>Somebody else's lease lives, on this generation.</summary>
    public async Task<bool> IsHeldByAnotherAsync(UserGrant grant, CancellationToken ct)
    {
        if (database.IsSingleProcess || grant.RefreshLeaseOwner is null || grant.RefreshLeaseOwner == owner.Id)
        {
            return false;
        }

        var sql = "SELECT 1 AS \"Value\" FROM user_grants" + Generation + " AND refresh_lease_owner <> {3} AND refresh_lease_until > " + clock.Now();
        return await database.RunAsync(db => db.Database.SqlQueryRaw<int>(sql, grant.AppId, grant.OpenId, grant.Version, owner.Id).AnyAsync(ct));
    }

    /// <summary>Ends our lease and notes what came of it, in the caller's context.</summary>
    /// <param name="db">The caller's context, with or without a transaction.</param>
    /// <param name="grant">The generation it was for.</param>
    /// <param name="outcome">See <see cref="RefreshResult"/>.</param>
    /// <param name="isUncertain">The token may be spent: the intent stays, for <see cref="AbandonedAsync"/> to find after a rest.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<bool> GiveBackAsync(LarkDbContext db, UserGrant grant, string outcome, bool isUncertain, CancellationToken ct)
    {
        var left = isUncertain ? $"refresh_lease_until = {clock.Now(Rest)}" : "refresh_lease_until = NULL, refresh_started_at = NULL";
        var sql = "UPDATE user_grants SET refresh_lease_owner = NULL, refresh_outcome = {4}, " + left + Generation + " AND refresh_lease_owner = {3}";
        return await db.Database.ExecuteSqlRawAsync(sql, [grant.AppId, grant.OpenId, grant.Version, owner.Id, outcome], ct) == 1;
    }

    /// <summary>Grants left in the midst of a refresh, the oldest first: their owner died, or never heard what became of it.</summary>
    public Task<List<UserGrant>> AbandonedAsync(int atMost, CancellationToken ct)
    {
        var ofTheDead = database.IsSingleProcess ? " OR refresh_lease_owner <> {0}" : "";
        var sql = "SELECT * FROM user_grants WHERE refresh_started_at IS NOT NULL AND status = 'active' AND refresh_token IS NOT NULL"
            + " AND (refresh_lease_until IS NULL OR refresh_lease_until <= " + clock.Now() + ofTheDead + ")";
        return database.RunAsync(db => db.Set<UserGrant>().FromSqlRaw(sql, owner.Id).AsNoTracking().OrderBy(g => g.RefreshStartedAt).Take(atMost).ToListAsync(ct));
    }
}

using LarkService.Data;
using LarkService.Grants.Sealing;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Grants;

/// <summary>
/// Reads grants for callers who wait for a token: only what a token needs, since sealed values are large. Those who come while a
/// read is under way share the next one, so many callers cost the database few statements, and nobody waits on purpose.
/// </summary>
internal sealed class GrantReads(Database database, TokenSeal seal, TimeProvider clock) : IAsyncDisposable
{
    private const int Room = 10_000;
    private const int Most = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Of one read: everybody else waits behind it.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly GroupCommit<UserKey, GrantInUse?> _reads = new(Room, Most, entries => ReadAsync(database, clock, entries));

    /// <returns>As it is now: the read begins after this call. Null when the user has never agreed.</returns>
    /// <exception cref="TimeoutException">The database did not answer in time.</exception>
    public Task<GrantInUse?> FindAsync(UserKey user, CancellationToken ct) => _reads.AddAsync(user, Patience, clock, ct);

    /// <exception cref="SealException">Its key is not configured, or somebody changed it.</exception>
    public Secret Open(GrantInUse grant) => seal.Open(grant.SealedAccessToken!, grant.Key, SealPurpose.AccessToken);

    public ValueTask DisposeAsync() => _reads.DisposeAsync();

    private static async Task ReadAsync(Database database, TimeProvider clock, IReadOnlyList<GroupCommit<UserKey, GrantInUse?>.Entry> entries)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        try
        {
            var found = await database.RunAsync(db => FindAsync(db.Set<UserGrant>().AsNoTracking(), entries, limit.Token));
            foreach (var entry in entries)
            {
                entry.TrySetResult(found.GetValueOrDefault(entry.Item));
            }
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"Grants could not be read within {Limit.TotalSeconds:0} s.", e);
        }
    }

    // Several apps are several sets of people, and mostly there is one.
    private static async Task<Dictionary<UserKey, GrantInUse>> FindAsync(IQueryable<UserGrant> grants, IReadOnlyList<GroupCommit<UserKey, GrantInUse?>.Entry> entries, CancellationToken ct)
    {
        Dictionary<UserKey, GrantInUse> found = [];
        foreach (var app in entries.GroupBy(e => e.Item.AppId))
        {
            var openIds = app.Select(e => e.Item.OpenId).Distinct().ToArray();
            var theirs = openIds is [var one]
                ? grants.Where(g => g.AppId == app.Key && g.OpenId == one)
                : grants.Where(g => g.AppId == app.Key && EF.Parameter(openIds).Contains(g.OpenId)); // one text for any number of people
            await foreach (var grant in theirs.Select(g => new GrantInUse(
                g.AppId, g.OpenId, g.Status, g.Scopes, g.SealedAccessToken, g.AccessIssuedAt, g.AccessExpiresAt, g.SealedRefreshToken != null, g.LastUsedAt, g.Version)).AsAsyncEnumerable().WithCancellation(ct))
            {
                found[grant.Key] = grant;
            }
        }

        return found;
    }
}

/// <summary>What giving out a token needs of a grant.</summary>
internal sealed record GrantInUse(
    string AppId,
    string OpenId,
    GrantStatus Status,
    ScopeSet Scopes,
    string? SealedAccessToken,
    DateTimeOffset? AccessIssuedAt,
    DateTimeOffset? AccessExpiresAt,
    bool CanBeRefreshed,
    DateTimeOffset? LastUsedAt,
    long Version)
{
    public UserKey Key => new(AppId, OpenId);
}

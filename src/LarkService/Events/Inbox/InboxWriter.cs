using System.Data.Common;
using LarkService.Data;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Events.Inbox;

/// <summary>
/// Inserts events, many at a time, on one connection it keeps. Used by one caller at a time. It answers within a bounded time
/// also when the database does not.
/// </summary>
internal abstract class InboxWriter(Database database, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>For one try at a whole batch. Nobody waits that long; what is committed late is known when the platform pushes again.</summary>
    protected static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);

    // A connection that lies unused dies behind our back. Given back, it is the pool's to close.
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _inUse = new(1, 1);
    private ITimer? _idle;
    private LarkDbContext? _db;

    protected const string Columns = "event_id, dedupe_key, app_id, event_type, ordering_key, position, payload, state, attempts, due_at, created_at";

    public static InboxWriter For(Database database, TimeProvider clock) =>
        database.IsSingleProcess ? new SqliteInboxWriter(database, clock) : new PostgresInboxWriter(database, clock);

    /// <summary>Returns once all is committed. An exception means that nothing of it can be relied on.</summary>
    /// <param name="rows">In the order of arrival; each id once.</param>
    /// <param name="tell">Told about every row: what became of it, or why it alone could not be stored.</param>
    public async Task InsertAsync(IReadOnlyList<NewEvent> rows, Action<NewEvent, Inserted, Exception?> tell)
    {
        await _inUse.WaitAsync();
        try
        {
            await InsertNowAsync(rows, tell);
        }
        finally
        {
            _idle ??= clock.CreateTimer(_ => _ = DropIdleAsync(), null, Idle, Timeout.InfiniteTimeSpan);
            _idle.Change(Idle, Timeout.InfiniteTimeSpan);
            _inUse.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_idle is not null)
        {
            await _idle.DisposeAsync();
        }

        await _inUse.WaitAsync();
        await DropAsync();
        _inUse.Release(); // disposed twice: by its user and by the container
        GC.SuppressFinalize(this);
    }

    private async Task InsertNowAsync(IReadOnlyList<NewEvent> rows, Action<NewEvent, Inserted, Exception?> tell)
    {
        var isUsed = _db is not null;
        var started = clock.GetTimestamp();
        try
        {
            await TryAsync(rows, tell);
        }
        catch (Exception) when (isUsed && clock.GetElapsedTime(started) < Limit / 2)
        {
            await TryAsync(rows, tell); // a connection kept for long may have died of age; inserting again does no harm
        }
    }

    /// <summary>Makes a fresh connection ready.</summary>
    protected virtual Task PrepareAsync(DbConnection connection, CancellationToken ct) => Task.CompletedTask;

    protected abstract Task InsertAsync(DbConnection connection, IReadOnlyList<NewEvent> rows, Action<NewEvent, Inserted, Exception?> tell, CancellationToken ct);

    private async Task TryAsync(IReadOnlyList<NewEvent> rows, Action<NewEvent, Inserted, Exception?> tell)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        try
        {
            await InsertAsync(await ConnectedAsync(limit.Token), rows, tell, limit.Token);
        }
        catch
        {
            await DropAsync();
            throw;
        }
    }

    private async Task<DbConnection> ConnectedAsync(CancellationToken ct)
    {
        if (_db is null)
        {
            _db = database.Open();
            await _db.Database.OpenConnectionAsync(ct);
            await PrepareAsync(_db.Database.GetDbConnection(), ct);
        }

        return _db.Database.GetDbConnection();
    }

    private async Task DropIdleAsync()
    {
        if (!await _inUse.WaitAsync(TimeSpan.Zero))
        {
            return; // used again, and so not idle
        }

        try
        {
            await DropAsync();
        }
        finally
        {
            _inUse.Release();
        }
    }

    private async Task DropAsync()
    {
        if (_db is { } db)
        {
            _db = null;
            await db.DisposeAsync();
        }
    }
}

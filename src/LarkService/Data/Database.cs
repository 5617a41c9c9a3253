namespace LarkService.Data;

/// <summary>Opens contexts. Every unit of work takes its own and disposes it, so nothing holds a connection while it waits.</summary>
internal sealed class Database(DatabaseProvider provider, Func<LarkDbContext> open) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>Nobody else uses this database: a lease left behind belongs to a process that is gone.</summary>
    public bool IsSingleProcess => provider == DatabaseProvider.Sqlite;

    public LarkDbContext Open() => open();

    /// <summary>Runs one piece of reading or writing on a context of its own.</summary>
    public async Task<T> RunAsync<T>(Func<LarkDbContext, Task<T>> work)
    {
        await using var db = Open();
        return await work(db);
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public async Task RunAsync(Func<LarkDbContext, Task> work)
    {
        await using var db = Open();
        await work(db);
    }

    /// <summary>
    /// SQLite has one writer at a time, and others find out by trying again, a sleeping thread each. Writers of this process take turns instead;
    /// on PostgreSQL everybody may go at once. Whoever has a turn asks for no other.
    /// </summary>
    /// <returns>Disposing it ends the turn.</returns>
    public async Task<IDisposable> TakeTurnAsync(CancellationToken ct)
    {
        if (!IsSingleProcess)
        {
            return new Turn(null);
        }

        await _writing.WaitAsync(ct);
        return new Turn(_writing);
    }

    /// <summary>One statement that writes, in its turn.</summary>
    public async Task<T> WriteAsync<T>(Func<LarkDbContext, Task<T>> work, CancellationToken ct)
    {
        using var turn = await TakeTurnAsync(ct);
        return await RunAsync(work);
    }

    /// <summary>Several statements that stand or fall together, in their turn; what <paramref name="work"/> saved is committed when it returns.</summary>
    public async Task<T> TransactAsync<T>(Func<LarkDbContext, Task<T>> work, CancellationToken ct)
    {
        using var turn = await TakeTurnAsync(ct);
        await using var db = Open();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var result = await work(db);
        await transaction.CommitAsync(ct);
        return result;
    }

    public void Dispose() => _writing.Dispose();

    private sealed class Turn(SemaphoreSlim? writing) : IDisposable
    {
        public void Dispose() => writing?.Release();
    }
}

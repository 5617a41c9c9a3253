
namespace LarkService.Data;

/// <summary>Opens contexts. Every unit of work takes its own and disposes it, so nothing holds a connection while it waits.</summary>
internal sealed class Database(DatabaseProvider provider, Func<LarkDbContext> open)
{
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

    /// <summary>Several statements that stand or fall together; what <paramref name="work"/> saved is committed when it returns.</summary>
    public async Task<T> TransactAsync<T>(Func<LarkDbContext, Task<T>> work, CancellationToken ct)
    {
        await using var db = Open();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var result = await work(db);
        await transaction.CommitAsync(ct);
        return result;
    }
}

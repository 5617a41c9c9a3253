using LarkService.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace LarkService.UnitTests.Support;

/// <summary>An SQLite file for one test, with the model's tables, that can be told to be down.</summary>
internal sealed class TempDatabase : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"larkservice-{Guid.NewGuid():N}.db");
    private readonly DbContextOptions<SqliteLarkDbContext> _options;

    public TempDatabase(params IEnumerable<IInterceptor> between)
    {
        _options = new DbContextOptionsBuilder<SqliteLarkDbContext>().UseSqlite($"Data Source={_file}").Options;
        using var db = new SqliteLarkDbContext(_options);
        db.Database.EnsureCreated();
        _options = new DbContextOptionsBuilder<SqliteLarkDbContext>(_options).AddInterceptors(between).Options;
        Database = new(DatabaseProvider.Sqlite, () => IsDown ? throw new InvalidOperationException("The database is down.") : new SqliteLarkDbContext(_options));
    }

    public Database Database { get; }

    public bool IsDown { get; set; }

    public Task<List<T>> AllAsync<T>()
        where T : class => Database.RunAsync(db => db.Set<T>().AsNoTracking().ToListAsync());

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        foreach (var file in new[] { _file, _file + "-wal", _file + "-shm" })
        {
            File.Delete(file);
        }
    }
}

using LarkService.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Apaas.Ai;

/// <summary>The real model in memory, so that queries are translated as in earnest.</summary>
internal sealed class MemoryDatabase : IDisposable
{
    private readonly SqliteConnection _alive;

    public MemoryDatabase()
    {
        var connection = $"Data Source=file:{Guid.NewGuid():N}?mode=memory&cache=shared";
        _alive = new SqliteConnection(connection);
        _alive.Open();
        var options = new DbContextOptionsBuilder<SqliteLarkDbContext>().UseSqlite(connection).Options;
        Database = new Database(DatabaseProvider.Sqlite, () => new SqliteLarkDbContext(options));
        using var db = Database.Open();
        db.Database.EnsureCreated();
    }

    public Database Database { get; }

    public void Dispose() => _alive.Dispose();
}

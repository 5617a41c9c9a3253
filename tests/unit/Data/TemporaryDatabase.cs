using LarkService.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Data;

/// <summary>An SQLite file with the whole schema, gone with the test.</summary>
internal sealed class TemporaryDatabase : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lark-unit-");

    public TemporaryDatabase(bool pooling = false)
    {
        var options = new DbContextOptionsBuilder<SqliteLarkDbContext>().UseSqlite($"Data Source={File};Pooling={pooling}").Options;
        Database = new Database(DatabaseProvider.Sqlite, () => new SqliteLarkDbContext(options));
    }

    public string File => Path.Combine(_folder.FullName, "data", "lark.db");

    public Database Database { get; }

    public static TemporaryDatabase WithTables()
    {
        var database = new TemporaryDatabase();
        Directory.CreateDirectory(Path.GetDirectoryName(database.File)!);
        using var db = database.Database.Open();
        db.Database.EnsureCreated();
        return database;
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }
}

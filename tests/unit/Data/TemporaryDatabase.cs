using LarkService.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Data;

/// <summary>An SQLite file with the whole schema, gone with the test.</summary>
internal sealed class TemporaryDatabase : IDisposable
{
    // Made once and copied: making the tables takes longer than most tests.
    private static readonly Lazy<byte[]> Tables = new(MakeTables);
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
        System.IO.File.WriteAllBytes(database.File, Tables.Value);
        return database;
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    private static byte[] MakeTables()
    {
        using var model = new TemporaryDatabase();
        Directory.CreateDirectory(Path.GetDirectoryName(model.File)!);
        using (var db = model.Database.Open())
        {
            db.Database.EnsureCreated();
        }

        return System.IO.File.ReadAllBytes(model.File);
    }
}

using LarkService.Data;
using LarkService.UnitTests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Data;

public sealed class SqliteCheckpointsTests
{
    [Fact]
    public async Task What_was_committed_is_moved_into_the_file_while_the_writer_keeps_its_connection()
    {
        using var file = TemporaryDatabase.WithTables();
        var clock = new ManualTime();
        using var checkpoints = new SqliteCheckpoints(file.Database, clock);
        await using var writer = file.Database.Open();
        await writer.Database.OpenConnectionAsync();
        await writer.Database.ExecuteSqlRawAsync("CREATE TABLE probe (id INTEGER)");
        Assert.False(IsInFile(file.File));

        await checkpoints.StartAsync(default);
        await clock.SomeoneWaitsForAsync(0.25);
        clock.AdvanceSeconds(0.25);
        await Until.TrueAsync(() => IsInFile(file.File));
        await checkpoints.StopAsync(default);
    }

    [Fact]
    public async Task A_connection_leaves_moving_the_log_to_that_until_it_is_long()
    {
        var options = new DbContextOptionsBuilder<SqliteLarkDbContext>().UseSqlite("Data Source=:memory:").AddInterceptors(new SqliteConnections()).Options;
        await using var db = new SqliteLarkDbContext(options);
        await db.Database.OpenConnectionAsync();
        await using var setting = db.Database.GetDbConnection().CreateCommand();
        setting.CommandText = "PRAGMA wal_autocheckpoint";
        Assert.Equal((long)SqliteCheckpoints.MostPages, await setting.ExecuteScalarAsync());
    }

    // Opened as unchangeable, the file is read without its log.
    private static bool IsInFile(string file)
    {
        using var alone = new SqliteConnection($"Data Source=file:{file}?immutable=1;Mode=ReadOnly;Pooling=False");
        alone.Open();
        using var command = alone.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE name = 'probe'";
        return command.ExecuteScalar() is 1L;
    }
}

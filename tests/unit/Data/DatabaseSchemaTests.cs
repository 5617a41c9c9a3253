using LarkService.Data;
using LarkService.Events.Inbox;
using LarkService.UnitTests.Platform;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LarkService.UnitTests.Data;

public sealed class DatabaseSchemaTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task An_SQLite_file_is_made_with_its_folder_and_only_its_owner_reads_it_and_its_journal()
    {
        using var file = new TemporaryDatabase(pooling: true);

        // Given a service that keeps its connections, and so the journal, open
        using var schema = new DatabaseSchema(file.Database);
        await schema.PrepareAsync(default);
        await using var reader = file.Database.Open();
        await reader.Database.OpenConnectionAsync();
        await reader.Database.ExecuteSqlRawAsync("CREATE TABLE probe (id INTEGER)");

        // Then all of it belongs to the owner alone
        Assert.All(Directory.GetFiles(Path.GetDirectoryName(file.File)!), f => Assert.Equal(OwnerOnly, ModeOf(f)));
        Assert.Equal(5, Directory.GetFiles(Path.GetDirectoryName(file.File)!).Length);
    }

    [Fact]
    public async Task An_SQLite_file_serves_one_process_until_that_one_ends()
    {
        using var file = new TemporaryDatabase();
        using (var first = new DatabaseSchema(file.Database))
        {
            await first.PrepareAsync(default);
            using var second = new DatabaseSchema(file.Database);
            var fault = await Assert.ThrowsAsync<DatabaseInUseException>(() => second.PrepareAsync(default));
            Assert.Contains(file.File, fault.Message, StringComparison.Ordinal);
        }

        using var next = new DatabaseSchema(file.Database);
        Assert.Empty(await next.PrepareAsync(default));
    }

    [Fact]
    public async Task An_SQLite_file_is_ready_after_its_preparation_and_stays_so()
    {
        using var file = new TemporaryDatabase();
        var schema = new DatabaseSchema(file.Database);

        Assert.Empty(await schema.PrepareAsync(default));
        Assert.Empty(await schema.PrepareAsync(default));
        Assert.Empty(await schema.MigrateAsync(default));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Inbox")]
    public async Task A_start_that_was_killed_in_its_migrations_does_not_stop_the_next_one(string? reached)
    {
        // Given the row that a process leaves behind when it is killed, after all migrations or after some
        using var file = new TemporaryDatabase();
        Directory.CreateDirectory(Path.GetDirectoryName(file.File)!);
        await using var db = file.Database.Open();
        await db.GetService<IMigrator>().MigrateAsync(reached);
        await db.Database.ExecuteSqlRawAsync("""INSERT INTO "__EFMigrationsLock" ("Id", "Timestamp") VALUES (1, '2026-03-01 09:00:00+00:00')""");

        using var schema = new DatabaseSchema(file.Database);
        Assert.Empty(await schema.PrepareAsync(default).WaitAsync(Until.SomeTime()));
        Assert.Equal(reached is null ? 1L : 0L, await db.Database.SqlQueryRaw<long>("""SELECT count(*) AS "Value" FROM "__EFMigrationsLock" """).SingleAsync());
    }

    [Fact]
    public async Task Events_that_died_before_that_was_written_down_count_from_their_last_due_time()
    {
        using var file = new TemporaryDatabase();
        Directory.CreateDirectory(Path.GetDirectoryName(file.File)!);
        await using var db = file.Database.Open();
        await db.GetService<IMigrator>().MigrateAsync("Initial");
        await db.Database.ExecuteSqlRawAsync(
            """
            INSERT INTO inbox_events (event_id, app_id, event_type, ordering_key, position, payload, state, attempts, due_at, created_at)
            VALUES ('dead', 'a', 't', 'k', 1, '', 'dead', 8, 5000, 1000), ('waits', 'a', 't', 'k', 2, '', 'received', 0, 5000, 1000)
            """);
        await db.Database.MigrateAsync();
        var rows = await db.Set<InboxEvent>().OrderBy(e => e.EventId).Select(e => e.HandledAt).ToListAsync();
        Assert.Equal([DateTimeOffset.FromUnixTimeSeconds(5), null], rows);
    }

    [Fact]
    public void An_unknown_provider_and_an_empty_connection_string_are_faults()
    {
        Assert.Equal(["Database__Provider is 'Oracle', which does not read as one of Sqlite, Postgres."], Settings.FaultsOf<DatabaseOptions>(("Database__Provider", "Oracle")));
        Assert.StartsWith("ConnectionStrings__Default is empty", Assert.Single(Settings.FaultsOf<ConnectionStringOptions>(("ConnectionStrings__Default", " "))), StringComparison.Ordinal);
    }

    private static UnixFileMode ModeOf(string file) => OperatingSystem.IsWindows() ? OwnerOnly : File.GetUnixFileMode(file);
}

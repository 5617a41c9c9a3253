using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LarkService.Data;

/// <summary>Brings the schema up to date, or says that somebody has to.</summary>
internal sealed class DatabaseSchema(Database database) : IDisposable
{
    /// <summary>How long another process may take with its migrations.</summary>
    private static readonly TimeSpan OthersLimit = TimeSpan.FromMinutes(10);

    private FileStream? _mine;

    /// <summary>SQLite is ours alone and is migrated on start; PostgreSQL is shared, so its operator decides when.</summary>
    /// <returns>Names of migrations that are still to be applied; empty when the service may start.</returns>
    public async Task<IReadOnlyList<string>> PrepareAsync(CancellationToken ct)
    {
        await using var db = database.Open();
        if (db is SqliteLarkDbContext)
        {
            _mine ??= Claim(FileOf(db));
            await MigrateSqliteAsync(db, ct);
        }

        return [.. await db.Database.GetPendingMigrationsAsync(ct)];
    }

    /// <summary>For whoever works on the database beside the service: changes nothing, needs no lock.</summary>
    /// <returns>Names of migrations that are still to be applied.</returns>
    public async Task<IReadOnlyList<string>> PendingAsync(CancellationToken ct)
    {
        await using var db = database.Open();
        return [.. await db.Database.GetPendingMigrationsAsync(ct)];
    }

    /// <summary>Applies what is missing. Safe to run twice and side by side.</summary>
    /// <returns>What was applied.</returns>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken ct)
    {
        await using var db = database.Open();
        return db is SqliteLarkDbContext ? await MigrateAsync(db, MigrateSqliteAsync, ct) : await MigratePostgresAsync(db, ct);
    }

    public void Dispose() => _mine?.Dispose();

    private static async Task<IReadOnlyList<string>> MigrateAsync(LarkDbContext db, Func<LarkDbContext, CancellationToken, Task> migrate, CancellationToken ct)
    {
        List<string> pending = [.. await db.Database.GetPendingMigrationsAsync(ct)];
        await migrate(db, ct);
        return pending;
    }

    // EF Core's own lock ends with each migration's transaction, so two processes could both apply the second one.
    private async Task<IReadOnlyList<string>> MigratePostgresAsync(LarkDbContext db, CancellationToken ct)
    {
        await using var turn = database.Open();
        turn.Database.SetCommandTimeout(OthersLimit);
        try
        {
            await turn.Database.OpenConnectionAsync(ct);
            await turn.Database.ExecuteSqlRawAsync("SELECT pg_advisory_lock(5138271904)", ct);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            // There is no database yet; EF Core makes it.
        }

        try
        {
            return await MigrateAsync(db, (context, token) => context.Database.MigrateAsync(token), ct);
        }
        finally
        {
            await turn.Database.ExecuteSqlRawAsync("SELECT pg_advisory_unlock(5138271904)", CancellationToken.None); // the pool keeps the connection
        }
    }

    private static string FileOf(LarkDbContext db) => Path.GetFullPath(new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource);

    // The service takes over whatever an earlier process left unfinished in this file; so nobody else may be at it.
    private static FileStream Claim(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        try
        {
            return new FileStream(file + ".lock", Exclusive());
        }
        catch (IOException e)
        {
            throw new DatabaseInUseException(file, e);
        }
    }

    private static async Task MigrateSqliteAsync(LarkDbContext db, CancellationToken ct)
    {
        PrepareFile(new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource);

        // Readers and the one writer do not wait for each other; the file keeps the mode.
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", ct);
        if (!(await db.Database.GetPendingMigrationsAsync(ct)).Any())
        {
            return;
        }

        await using var turn = await TurnAsync(FileOf(db) + ".migrating", ct);

        // EF Core's own lock is a row: one that was killed leaves it there, and every start after that would wait for it for ever. Ours ends
        // with its process, so whatever row is there now is of a dead one.
        await db.Database.ExecuteSqlRawAsync("""DROP TABLE IF EXISTS "__EFMigrationsLock" """, ct);
        await db.Database.MigrateAsync(ct);
    }

    private static async Task<FileStream> TurnAsync(string file, CancellationToken ct)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(file, Exclusive());
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(began) < OthersLimit)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, ct);
            }
        }
    }

    private static FileStreamOptions Exclusive()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    /// <summary>The file is its owner's alone before SQLite opens it: the journal beside it takes its mode from it.</summary>
    private static void PrepareFile(string file)
    {
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // Only ever opened to be made: closing it would drop the locks SQLite holds on it in this process.
        if (!File.Exists(file))
        {
            File.Open(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = ownerOnly }).Dispose();
        }

        File.SetUnixFileMode(file, ownerOnly);
    }
}

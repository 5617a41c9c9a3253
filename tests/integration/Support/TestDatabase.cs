using System.Data.Common;
using System.Diagnostics;
using System.Text;
using LarkService.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LarkService.IntegrationTests.Support;

/// <summary>A fresh database for one test, looked at from outside the service; gone when the test is over.</summary>
internal abstract class TestDatabase : IAsyncDisposable
{
    private const string ServerVariable = "LARK_TEST_POSTGRES";

    public abstract string Provider { get; }

    public abstract string ConnectionString { get; }

    /// <param name="engine">Which.</param>
    /// <param name="empty">Without any table, for what is about migrations; all others get a copy of a database that has them.</param>
    public static async Task<TestDatabase> CreateAsync(Engine engine, bool empty = false) =>
        engine == Engine.Sqlite ? await SqliteFile.CreateAsync(empty) : await Postgres.CreateAsync(empty);

    /// <summary>Drops what the others were copied from.</summary>
    public static ValueTask DropModelAsync() => Postgres.DropTablesAsync();

    /// <summary>Has the service make its tables.</summary>
    private static async Task MigrateAsync(Database database)
    {
        using (database)
        {
            using var schema = new DatabaseSchema(database);
            await schema.MigrateAsync(CancellationToken.None);
        }
    }

    public async Task<List<object?[]>> RowsAsync(string sql)
    {
        await using var connection = Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object?[]>();
        while (await reader.ReadAsync())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add([.. row.Select(v => v is DBNull ? null : v)]);
        }

        return rows;
    }

    public async Task<object?> ScalarAsync(string sql) => (await RowsAsync(sql)) is [[var value, ..], ..] ? value : null;

    public async Task<long> CountAsync(string table, string where = "1 = 1") =>
        Convert.ToInt64(await ScalarAsync($"SELECT count(*) FROM {table} WHERE {where}"), System.Globalization.CultureInfo.InvariantCulture);

    public async Task ExecuteAsync(string sql) => _ = await RowsAsync(sql);

    /// <summary>All that is stored, by the name of its place: for SQLite the files, for PostgreSQL every value of every column.</summary>
    public abstract Task<IReadOnlyList<(string Place, string Content)>> EverythingAsync();

    public abstract ValueTask DisposeAsync();

    protected abstract DbConnection Connect();

    private sealed class SqliteFile : TestDatabase
    {
        // Made once and copied: it takes longer than most tests.
        private static readonly Lazy<Task<byte[]>> Tables = new(MakeTablesAsync);
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lark-itest-");

        public override string Provider => "Sqlite";

        public override string ConnectionString => $"Data Source={File}";

        private string File => Path.Combine(_folder.FullName, "service.db");

        public static async Task<SqliteFile> CreateAsync(bool empty)
        {
            var file = new SqliteFile();
            if (!empty)
            {
                await System.IO.File.WriteAllBytesAsync(file.File, await Tables.Value);
            }

            return file;
        }

        public override async Task<IReadOnlyList<(string Place, string Content)>> EverythingAsync()
        {
            var all = new List<(string, string)>();
            foreach (var file in _folder.EnumerateFiles().Where(f => f.Extension != ".lock")) // held by the service, and empty
            {
                await using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var bytes = new MemoryStream();
                await stream.CopyToAsync(bytes);
                all.Add((file.Name, Encoding.Latin1.GetString(bytes.ToArray())));
            }

            return all;
        }

        public override ValueTask DisposeAsync()
        {
            using (var connection = new SqliteConnection(ConnectionString))
            {
                SqliteConnection.ClearPool(connection);
            }

            _folder.Delete(recursive: true);
            return default;
        }

        protected override DbConnection Connect() => new SqliteConnection(ConnectionString + ";Pooling=False");

        private static async Task<byte[]> MakeTablesAsync()
        {
            await using var model = new SqliteFile();
            var options = new DbContextOptionsBuilder<SqliteLarkDbContext>().UseSqlite($"{model.ConnectionString};Pooling=False").Options;
            await MigrateAsync(new Database(DatabaseProvider.Sqlite, () => new SqliteLarkDbContext(options)));
            await model.ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)");
            return await System.IO.File.ReadAllBytesAsync(model.File);
        }
    }

    private sealed class Postgres(string server, string name) : TestDatabase
    {
        // Copied by the server, as long as nobody is connected to it.
        private static readonly Lazy<Task<string>> Tables = new(MakeTablesAsync);

        public override string Provider => "Postgres";

        public override string ConnectionString => $"{server};Database={name};Maximum Pool Size=20";

        public static async Task<Postgres> CreateAsync(bool empty)
        {
            Assert.SkipWhen(string.IsNullOrEmpty(Server), $"{ServerVariable} names no PostgreSQL server; ./test.sh starts one and sets it.");
            var name = NewName();
            await AdministerAsync(Server!, empty ? $"CREATE DATABASE {name}" : $"CREATE DATABASE {name} TEMPLATE {await Tables.Value}");
            return new Postgres(Server!, name);
        }

        /// <summary>Nobody copies any more.</summary>
        public static async ValueTask DropTablesAsync()
        {
            if (Tables.IsValueCreated)
            {
                await DropAsync(await Tables.Value);
            }
        }

        public override async Task<IReadOnlyList<(string Place, string Content)>> EverythingAsync()
        {
            var all = new List<(string, string)>();
            foreach (var column in await RowsAsync("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"))
            {
                var values = await RowsAsync($"SELECT \"{column[1]}\"::text FROM \"{column[0]}\" WHERE \"{column[1]}\" IS NOT NULL");
                all.Add(($"{column[0]}.{column[1]}", string.Join('\n', values.Select(v => v[0]))));
            }

            all.Add(("pg_dump", await DumpAsync()));
            return all;
        }

        // What a backup holds; the command comes with the server.
        private async Task<string> DumpAsync()
        {
            var to = new NpgsqlConnectionStringBuilder(server);
            var start = new ProcessStartInfo("pg_dump", ["-h", to.Host!, "-p", $"{to.Port}", "-U", to.Username!, name]) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["PGPASSWORD"] = to.Password;
            using var dump = Process.Start(start)!;
            var errors = dump.StandardError.ReadToEndAsync();
            var text = await dump.StandardOutput.ReadToEndAsync();
            await dump.WaitForExitAsync();
            Assert.True(dump.ExitCode == 0, await errors);
            Assert.Contains("user_grants", text, StringComparison.Ordinal);
            return text;
        }

        public override async ValueTask DisposeAsync() => await DropAsync(name);

        protected override DbConnection Connect() => new NpgsqlConnection($"{server};Database={name};Pooling=false");

        private static string? Server => Environment.GetEnvironmentVariable(ServerVariable);

        private static string NewName() => "itest_" + Guid.NewGuid().ToString("N");

        private static async Task<string> MakeTablesAsync()
        {
            var model = NewName();
            await AdministerAsync(Server!, $"CREATE DATABASE {model}");
            var options = new DbContextOptionsBuilder<PostgresLarkDbContext>().UseNpgsql($"{Server};Database={model};Pooling=false").Options;
            await MigrateAsync(new Database(DatabaseProvider.Postgres, () => new PostgresLarkDbContext(options)));
            return model;
        }

        private static Task DropAsync(string name) => AdministerAsync(Server!, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

        private static async Task AdministerAsync(string server, string sql)
        {
            await using var connection = new NpgsqlConnection($"{server};Database=postgres;Pooling=false");
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}

using System.Data.Common;
using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace LarkService.IntegrationTests.Support;

/// <summary>A fresh database for one test, looked at from outside the service; gone when the test is over.</summary>
internal abstract class TestDatabase : IAsyncDisposable
{
    private const string ServerVariable = "LARK_TEST_POSTGRES";

    public abstract string Provider { get; }

    public abstract string ConnectionString { get; }

    public static async Task<TestDatabase> CreateAsync(Engine engine) => engine == Engine.Sqlite ? new SqliteFile() : await Postgres.CreateAsync();

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
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lark-itest-");

        public override string Provider => "Sqlite";

        public override string ConnectionString => $"Data Source={File}";

        private string File => Path.Combine(_folder.FullName, "service.db");

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
    }

    private sealed class Postgres(string server, string name) : TestDatabase
    {
        public override string Provider => "Postgres";

        public override string ConnectionString => $"{server};Database={name};Maximum Pool Size=20";

        public static async Task<Postgres> CreateAsync()
        {
            var server = Environment.GetEnvironmentVariable(ServerVariable);
            Assert.SkipWhen(string.IsNullOrEmpty(server), $"{ServerVariable} names no PostgreSQL server; ./test.sh starts one and sets it.");
            var name = "itest_" + Guid.NewGuid().ToString("N");
            await AdministerAsync(server!, $"CREATE DATABASE {name}");
            return new Postgres(server!, name);
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

        public override async ValueTask DisposeAsync() => await AdministerAsync(server, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

        protected override DbConnection Connect() => new NpgsqlConnection($"{server};Database={name};Pooling=false");

        private static async Task AdministerAsync(string server, string sql)
        {
            await using var connection = new NpgsqlConnection($"{server};Database=postgres;Pooling=false");
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}

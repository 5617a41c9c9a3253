using System.Collections.Concurrent;
using System.Data.Common;
using LarkService.Data;
using LarkService.IntegrationTests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace LarkService.IntegrationTests.Plans;

/// <summary>Every statement the service sends to its database, with what it was sent with.</summary>
internal sealed class RecordedCommands : DbCommandInterceptor
{
    private readonly ConcurrentQueue<Command> _all = new();

    /// <param name="Text">The statement.</param>
    /// <param name="Parameters">Copies.</param>
    internal sealed record Command(string Text, IReadOnlyList<DbParameter> Parameters);

    public IReadOnlyList<Command> All => [.. _all];

    public void Clear() => _all.Clear();

    /// <summary>A database that is watched, in place of the service's own.</summary>
    public Database Watch(Engine engine, string connectionString)
    {
        if (engine == Engine.Sqlite)
        {
            var sqlite = new DbContextOptionsBuilder<SqliteLarkDbContext>().UseSqlite(connectionString).AddInterceptors(new SqliteConnections(), this).Options;
            return new Database(DatabaseProvider.Sqlite, () => new SqliteLarkDbContext(sqlite));
        }

        var postgres = new DbContextOptionsBuilder<PostgresLarkDbContext>().UseNpgsql(connectionString).AddInterceptors(this).Options;
        return new Database(DatabaseProvider.Postgres, () => new PostgresLarkDbContext(postgres));
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Keep(command);
        return new(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Keep(command);
        return new(result);
    }

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        Keep(command);
        return new(result);
    }

    private void Keep(DbCommand command) => _all.Enqueue(new(command.CommandText, [.. command.Parameters.Cast<DbParameter>().Select(Copy)]));

    private static DbParameter Copy(DbParameter parameter) =>
        parameter is NpgsqlParameter postgres ? postgres.Clone() : new SqliteParameter(parameter.ParameterName, parameter.Value);
}

using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace LarkService.Data;

/// <summary>Tells every connection to SQLite to leave moving the log to <see cref="SqliteCheckpoints"/>.</summary>
internal sealed class SqliteConnections : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Prepare(connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Prepare(connection); // waits for nothing
        return Task.CompletedTask;
    }

    private static void Prepare(DbConnection connection)
    {
        using var setting = connection.CreateCommand();
        setting.CommandText = $"PRAGMA wal_autocheckpoint = {SqliteCheckpoints.MostPages}";
        setting.ExecuteNonQuery();
    }
}

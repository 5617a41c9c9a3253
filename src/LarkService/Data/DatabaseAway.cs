using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace LarkService.Data;

/// <summary>Tells a database that does not answer, or cannot at the moment, from a fault of ours.</summary>
internal static class DatabaseAway
{
    // https://www.sqlite.org/rescode.html: busy, locked, read-only, input or output failed, full, cannot be opened.
    private static readonly int[] Passing = [5, 6, 8, 10, 13, 14];

    public static bool Is(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is DbException { IsTransient: true } || (e is SqliteException sqlite && Passing.Contains(sqlite.SqliteErrorCode)))
            {
                return true;
            }
        }

        return exception is TimeoutException; // our own limit was shorter than the driver's
    }
}

using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace LarkSandbox.Apaas.Tables;

/// <summary>Lets one statement through that reads or writes rows. SQLite itself says where a statement ends.</summary>
internal static partial class OneStatement
{
    private static readonly string[] Allowed = ["SELECT", "WITH", "VALUES", "INSERT", "UPDATE", "DELETE"];

    /// <summary>Throws <see cref="FormatException"/> for anything else, <see cref="SqliteException"/> for what is no SQL.</summary>
    public static void Demand(SqliteConnection connection, string sql)
    {
        var word = FirstWord().Match(sql).Groups[1].Value.ToUpperInvariant();
        if (!Allowed.Contains(word))
        {
            throw new FormatException($"only {string.Join(", ", Allowed)} are simulated{(word.Length > 0 ? $", not {word}" : "")}");
        }

        var (rest, statements) = (sql, 0);
        while (rest.Length > 0 && statements < 2)
        {
            var status = raw.sqlite3_prepare_v2(connection.Handle!, rest, out var statement, out var tail);
            using (statement)
            {
                statements += status == raw.SQLITE_OK && statement.IsInvalid ? 0 : 1;
                DemandGood(connection, status, statements);
                if (!statement.IsInvalid && raw.sqlite3_bind_parameter_count(statement) > 0)
                {
                    throw new FormatException("the statement has parameters, and a call carries no values for them");
                }
            }

            rest = tail;
        }

        if (statements > 1)
        {
            throw new FormatException("one statement at a time");
        }
    }

    private static void DemandGood(SqliteConnection connection, int status, int statements)
    {
        if (status == raw.SQLITE_OK)
        {
            return;
        }

        // A second statement that makes no sense is still a second one.
        throw statements > 1
            ? new FormatException("one statement at a time")
            : new SqliteException($"SQLite Error {status}: '{raw.sqlite3_errmsg(connection.Handle!).utf8_to_string()}'.", status);
    }

    [GeneratedRegex(@"^(?:\s|--[^\n]*(?:\n|$)|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/|;)*([A-Za-z]+)", RegexOptions.CultureInvariant)]
    private static partial Regex FirstWord();
}

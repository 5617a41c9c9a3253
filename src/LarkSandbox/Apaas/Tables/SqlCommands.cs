using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace LarkSandbox.Apaas.Tables;

/// <summary>Statements within one transaction.</summary>
internal sealed class SqlCommands(SqliteConnection connection)
{
    public SqliteConnection Connection => connection;

    public JsonArray Rows(string sql, SqlValues values)
    {
        using var command = Command(sql, values);
        using var reader = command.ExecuteReader();
        return RowReader.ReadAll(reader);
    }

    /// <summary>The first column of every row.</summary>
    public List<string> Texts(string sql, SqlValues values)
    {
        using var command = Command(sql, values);
        using var reader = command.ExecuteReader();
        var texts = new List<string>();
        while (reader.Read())
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }

    public long Number(string sql, SqlValues values)
    {
        using var command = Command(sql, values);
        return (long)command.ExecuteScalar()!;
    }

    public int Run(string sql, SqlValues? values = null)
    {
        using var command = Command(sql, values ?? new());
        return command.ExecuteNonQuery();
    }

    /// <summary>The rows; null when the statement has no columns to show.</summary>
    public JsonArray? RowsIfAny(string sql)
    {
        using var command = Command(sql, new());
        using var reader = command.ExecuteReader();
        return reader.FieldCount == 0 ? null : RowReader.ReadAll(reader);
    }

    private SqliteCommand Command(string sql, SqlValues values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        values.Bind(command);
        return command;
    }
}

using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Tables;

namespace LarkSandbox.Apaas.Workspaces;

/// <summary>Writes records; all of a call or none. Each returns the ids of what it wrote.</summary>
internal static class RecordWriter
{
    /// <summary>Adds records, or changes those that are there, as <paramref name="how"/> says.</summary>
    public static List<string> Insert(SqlCommands commands, Table table, IReadOnlyList<JsonObject> records, InsertOptions how)
    {
        var columns = how.Columns ?? [.. records[0].Select(p => p.Key)];
        if (how.Columns is null && records.Any(r => !r.Select(p => p.Key).ToHashSet().SetEquals(columns)))
        {
            throw new FormatException("all records must have the same columns; name them with columns, and what is missing is filled");
        }

        return [.. records.SelectMany(r => InsertOne(commands, table, r, [.. columns.Select(table.Writable)], how))];
    }

    /// <summary>Changes the records that the filter finds.</summary>
    public static List<string> Update(SqlCommands commands, Table table, JsonObject record, string filter)
    {
        var values = new SqlValues();
        var set = Assignments(table, record, values);
        return commands.Texts($"UPDATE {Sql.Name(table.Name)} SET {set} WHERE {Filter.Read(table, values, filter)} RETURNING {Sql.Name(Column.Id)}", values);
    }

    /// <summary>Changes each record by its id; all have the same columns.</summary>
    public static List<string> UpdateEach(SqlCommands commands, Table table, IReadOnlyList<JsonObject> records)
    {
        var names = records[0].Select(p => p.Key).ToHashSet();
        if (records.Any(r => !r.ContainsKey(Column.Id)) || records.Any(r => !names.SetEquals(r.Select(p => p.Key))))
        {
            throw new FormatException($"each record needs {Column.Id}, and all must have the same columns");
        }

        return [.. records.SelectMany(r => UpdateById(commands, table, r))];
    }

    public static int Delete(SqlCommands commands, Table table, string filter)
    {
        var values = new SqlValues();
        return commands.Run($"DELETE FROM {Sql.Name(table.Name)} WHERE {Filter.Read(table, values, filter)}", values);
    }

    private static List<string> UpdateById(SqlCommands commands, Table table, JsonObject record)
    {
        var values = new SqlValues();
        var rest = new JsonObject(record.Where(p => p.Key != Column.Id).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));
        var set = Assignments(table, rest, values);
        var id = values.Add(table[Column.Id], record[Column.Id]);
        return commands.Texts($"UPDATE {Sql.Name(table.Name)} SET {set} WHERE {Sql.Name(Column.Id)} = {id} RETURNING {Sql.Name(Column.Id)}", values);
    }

    private static string Assignments(Table table, JsonObject record, SqlValues values) => record.Count == 0
        ? throw new FormatException("a record without columns changes nothing")
        : string.Join(", ", record.Select(p => $"{Sql.Name(table.Writable(p.Key).Name)} = {values.Add(table[p.Key], p.Value)}"));

    private static List<string> InsertOne(SqlCommands commands, Table table, JsonObject record, IReadOnlyList<Column> columns, InsertOptions how)
    {
        var values = new SqlValues();
        var given = columns.Where(c => record.ContainsKey(c.Name) || !how.MissingIsDefault).ToList();
        var what = given.Count == 0
            ? "DEFAULT VALUES"
            : $"({Sql.Names(given.Select(c => c.Name))}) VALUES ({string.Join(", ", given.Select(c => values.Add(c, record[c.Name])))})";
        return commands.Texts($"INSERT INTO {Sql.Name(table.Name)} {what}{Conflict(table, given, how)} RETURNING {Sql.Name(Column.Id)}", values);
    }

    private static string Conflict(Table table, IReadOnlyList<Column> given, InsertOptions how)
    {
        if (how.Resolution is null || given.Count == 0)
        {
            return "";
        }

        var target = how.OnConflict.Count == 0 ? [Column.Id] : how.OnConflict.Select(name => table[name].Name).ToList();
        var changed = given.Where(c => !target.Contains(c.Name)).Select(c => $"{Sql.Name(c.Name)} = excluded.{Sql.Name(c.Name)}").ToList();
        return $" ON CONFLICT ({Sql.Names(target)}) DO {(how.Resolution == ConflictResolution.Ignore || changed.Count == 0 ? "NOTHING" : $"UPDATE SET {string.Join(", ", changed)}")}";
    }
}

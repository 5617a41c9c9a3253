using System.Data.Common;
using System.Runtime.CompilerServices;
using LarkService.Data;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;
using DbContextTransactionExtensions = Microsoft.EntityFrameworkCore.Storage.DbContextTransactionExtensions;

namespace LarkService.Grants.Sealing;

/// <summary>
/// Every row that holds sealed values, whatever its table: read page by page along the key, and written back only where nobody
/// has written since. Beside the entities on purpose: what is sealed anew is the same value, so no generation changes and nobody is told.
/// </summary>
internal sealed class SealedRows(Database database)
{
    /// <param name="table">Which.</param>
    /// <param name="headsOnly">Only the beginning of each value, enough to tell its key by.</param>
    /// <param name="page">Rows read at once.</param>
    /// <param name="ct">Ends the reading.</param>
    public async IAsyncEnumerable<IReadOnlyList<SealedRow>> PagesAsync(SealedTable table, bool headsOnly, int page, [EnumeratorCancellation] CancellationToken ct)
    {
        object? after = null;
        while (await PageAsync(table, headsOnly, page, after, ct) is { Count: > 0 } rows)
        {
            yield return rows;
            after = rows[^1].Key;
        }
    }

    public Task<SealedRow?> FindAsync(SealedTable table, object key, CancellationToken ct) => database.RunAsync(async db =>
        (await ReadAsync(db, table, $"{Select(table, headsOnly: false)} WHERE {table.Key} = @key", [("key", key)], ct)).SingleOrDefault());

    /// <summary>Writes rows in one short transaction.</summary>
    /// <returns>Those that somebody else has changed meanwhile; nothing was written of these.</returns>
    public Task<List<SealedRow>> ReplaceAsync(SealedTable table, IReadOnlyList<(SealedRow Old, string?[] New)> rows, CancellationToken ct) => database.TransactAsync(async db =>
    {
        List<SealedRow> changedMeanwhile = [];
        foreach (var (old, next) in rows)
        {
            if (!await ReplaceAsync(db, table, old, next, ct))
            {
                changedMeanwhile.Add(old);
            }
        }

        return changedMeanwhile;
    }, ct);

    private static async Task<bool> ReplaceAsync(LarkDbContext db, SealedTable table, SealedRow old, string?[] next, CancellationToken ct)
    {
        List<(string Name, object Value)> values = [("key", old.Key)];
        List<string> set = [];
        List<string> still = [$"{table.Key} = @key"];
        foreach (var (column, i) in table.Columns.Select((c, i) => (c.Name, i)).Where(c => next[c.i] != old.Values[c.i]))
        {
            set.Add($"{column} = @new{i}");
            still.Add($"{column} = @old{i}");
            values.AddRange([($"new{i}", next[i]!), ($"old{i}", old.Values[i]!)]);
        }

        await using var command = await CommandAsync(db, $"UPDATE {table.Name} SET {string.Join(", ", set)} WHERE {string.Join(" AND ", still)}", values, ct);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    private Task<List<SealedRow>> PageAsync(SealedTable table, bool headsOnly, int page, object? after, CancellationToken ct) => database.RunAsync(db =>
    {
        var any = string.Join(" OR ", table.Columns.Select(c => $"{c.Name} IS NOT NULL"));
        var behind = after is null ? "" : $" AND {table.Key} > @after";
        return ReadAsync(db, table, $"{Select(table, headsOnly)} WHERE ({any}){behind} ORDER BY {table.Key} LIMIT {page}", after is null ? [] : [("after", after)], ct);
    });

    private static string Select(SealedTable table, bool headsOnly)
    {
        var columns = table.Columns.Select(c => headsOnly ? $"substr({c.Name}, 1, {TokenSeal.HeadLength})" : c.Name);
        return $"SELECT {table.Key}, {table.Owner}, {string.Join(", ", columns)} FROM {table.Name}";
    }

    private static async Task<List<SealedRow>> ReadAsync(LarkDbContext db, SealedTable table, string sql, List<(string Name, object Value)> values, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        await using var command = await CommandAsync(db, sql, values, ct);
        await using var reader = await command.ExecuteReaderAsync(ct);
        List<SealedRow> rows = [];
        while (await reader.ReadAsync(ct))
        {
            var texts = table.Columns.Select((_, i) => reader.IsDBNull(i + 3) ? null : reader.GetString(i + 3));
            rows.Add(new SealedRow(reader.GetValue(0), new UserKey(reader.GetString(1), reader.GetString(2)), [.. texts]));
        }

        return rows;
    }

    private static async Task<DbCommand> CommandAsync(LarkDbContext db, string sql, List<(string Name, object Value)> values, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        command.Transaction = db.Database.CurrentTransaction is { } transaction ? DbContextTransactionExtensions.GetDbTransaction(transaction) : null;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}

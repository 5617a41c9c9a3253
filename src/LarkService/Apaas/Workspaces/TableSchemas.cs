using System.Collections.Concurrent;
using LarkService.Platform;
using LarkService.Platform.Http;
using LarkService.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.Apaas.Workspaces;

/// <summary>
/// Which columns a table has, as one user sees it: asked of the platform, and remembered for a minute. A name that is not among them
/// is looked for once more in what the platform says now. Bounded.
/// </summary>
internal sealed class TableSchemas(WorkspaceClient workspaces, TimeProvider clock)
{
    public const int MostTables = 1000;
    private const int MostNamed = 20;
    private const int TablesAtOnce = 100;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>Every table has them, whatever it says of itself.</summary>
    private static readonly string[] OfTheSystem = ["_id", "_created_at", "_created_by", "_updated_at", "_updated_by"];

    private readonly ConcurrentDictionary<(UserKey User, TableName Table), Entry> _entries = [];

    /// <returns>Null when the table has all these columns; else what to tell the caller.</returns>
    public async Task<ProblemHttpResult?> ProblemAsync(UserKey user, TableName table, IReadOnlyCollection<string> columns, CancellationToken ct)
    {
        try
        {
            var known = await ColumnsAsync(user, table, ct);
            if (Unknown(columns, known) is not null)
            {
                _entries.TryRemove((user, table), out _);
                known = await ColumnsAsync(user, table, ct);
            }

            return Unknown(columns, known) is { } unknown
                ? Problems.Validation($"{ApaasNames.Quoted(unknown)} is no column of the table '{table}'. It has: {ApaasNames.Listed(known, MostNamed)}.")
                : null;
        }
        catch (PlatformException e) when (e.Error.Code == ApaasCodes.ParameterInvalid)
        {
            // The one code stands for everything that is wrong; whether it is the table's name shows in the list.
            if (await NoSuchTableAsync(user, table, ct) is { } problem)
            {
                return problem;
            }

            throw;
        }
    }

    private async Task<IReadOnlyCollection<string>> ColumnsAsync(UserKey user, TableName table, CancellationToken ct)
    {
        if (_entries.TryGetValue((user, table), out var held) && clock.GetElapsedTime(held.ReadAt) < Fresh)
        {
            return held.Columns;
        }

        var readAt = clock.GetTimestamp();
        var columns = (await workspaces.TableAsync(user, table, ct)).Columns.Select(c => c.Name).ToList();
        if (_entries.Count >= MostTables)
        {
            _entries.Clear();
        }

        _entries[(user, table)] = new(columns, readAt);
        return columns;
    }

    private async Task<ProblemHttpResult?> NoSuchTableAsync(UserKey user, TableName table, CancellationToken ct)
    {
        try
        {
            var tables = await workspaces.TablesAsync(user, table.WorkspaceId, TablesAtOnce, cursor: null, ct);
            return tables.HasMore || tables.Items.Any(t => t.Name == table.Name)
                ? null
                : Problems.NotFound($"There is no table '{table}' in {table.WorkspaceId}. There are: {ApaasNames.Listed([.. tables.Items.Select(t => t.Name)], MostNamed)}.");
        }
        catch (PlatformException)
        {
            return null; // the workspace itself is the trouble, and the platform has said so
        }
    }

    private static string? Unknown(IReadOnlyCollection<string> columns, IReadOnlyCollection<string> known) =>
        columns.FirstOrDefault(c => !known.Contains(c) && !OfTheSystem.Contains(c));

    private sealed record Entry(IReadOnlyCollection<string> Columns, long ReadAt);
}

using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Tables;
using LarkSandbox.Hosting;

namespace LarkSandbox.Apaas.Workspaces;

/// <summary><c>/sandbox/api/workspaces</c>: sees and fills workspaces from outside, past tokens and limits.</summary>
internal sealed class WorkspaceSeedApi(WorkspaceStore workspaces)
{
    private const int LongestName = 63;

    public IResult List() => Results.Json(
        new { items = workspaces.All.Select(w => new { w.Id, tables = w.Database.All.Select(t => t.Name) }) }, Json.Options);

    public IResult Rows(string workspaceId, string table) => Do(() => workspaces.Rows(workspaceId, table));

    public async Task<IResult> AddAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return Do(() => new JsonObject { ["id"] = workspaces.Add(Named(body)).Id });
    }

    /// <summary><c>{"name": …, "columns": [{"name": …, "type": …, "required", "unique", "oneOf"}], "rows": [{…}]}</c></summary>
    public async Task<IResult> AddTableAsync(HttpContext http, string workspaceId, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return Do(() =>
        {
            var table = Table.Of(Named(body), body.Text("description") ?? "", [.. Objects(body, "columns").Select(ReadColumn)]);
            var database = workspaces.Get(workspaceId).Database;
            database.Create(table);
            var rows = Objects(body, "rows");
            return rows.Count == 0 ? [] : new JsonArray([.. database.Use("seed", commands => RecordWriter.Insert(commands, table, rows, How(rows))).Select(id => JsonValue.Create(id))]);
        });
    }

    private static InsertOptions How(IEnumerable<JsonObject> rows) => new([.. rows.SelectMany(r => r.Select(p => p.Key)).Distinct()], [], MissingIsDefault: true, null);

    private static IResult Do(Func<JsonNode> work)
    {
        try
        {
            return Results.Text(Json.Write(work()), "application/json; charset=utf-8");
        }
        catch (Exception problem) when (problem is FormatException or Microsoft.Data.Sqlite.SqliteException)
        {
            return Results.Json(new { error = problem.Message }, Json.Options, statusCode: StatusCodes.Status400BadRequest);
        }
    }

    private static List<JsonObject> Objects(JsonObject? body, string name) => [.. (body?[name] as JsonArray ?? []).OfType<JsonObject>()];

    private static Column ReadColumn(JsonObject column) =>
        new(Named(column), column.Text("type") is { } type && ColumnType.IsKnown(type) ? type : throw new FormatException("type is text, bigint, numeric, boolean, timestamptz or jsonb"))
        {
            IsRequired = column.Flag("required") ?? false,
            IsUnique = column.Flag("unique") ?? false,
            OneOf = [.. (column["oneOf"] as JsonArray ?? []).OfType<JsonValue>().Select(v => v.ToString())],
        };

    /// <summary>Any name goes, however hostile: it is quoted wherever it stands. The platform's own begin with an underscore.</summary>
    private static string Named(JsonObject? body) =>
        (body.Text("name") ?? body.Text("id")) is { Length: > 0 and <= LongestName } name && !name.StartsWith('_') && !name.Contains('\0', StringComparison.Ordinal)
        ? name
        : throw new FormatException(FormattableString.Invariant($"name is required: 1 to {LongestName} characters, the first not an underscore"));
}

using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Apaas.Tables;
using LarkSandbox.Hosting;

namespace LarkSandbox.Apaas.Workspaces;

/// <summary><c>/open-apis/apaas/v1/workspaces/:workspace_id/tables/:table_name/records</c> and the records of views. Only with a person's token.</summary>
internal sealed class RecordsApi(WorkspaceStore workspaces)
{
    public IResult List(HttpContext http, string workspaceId, string table) =>
        Do(http, workspaceId, database => database.GetTable(table), (commands, found) => RecordQuery.Of(http.Request).Run(commands, found));

    public IResult ListView(HttpContext http, string workspaceId, string view) =>
        Do(http, workspaceId, database => database.GetView(view), (commands, found) => RecordQuery.Of(http.Request).Run(commands, found));

    public async Task<IResult> InsertAsync(HttpContext http, string workspaceId, string table, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return Do(http, workspaceId, database => database.GetTable(table), (commands, found) =>
            Ids(RecordWriter.Insert(commands, found, ApaasBody.Records(body, "records"), InsertOptions.Of(http.Request))));
    }

    public async Task<IResult> UpdateAsync(HttpContext http, string workspaceId, string table, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return Do(http, workspaceId, database => database.GetTable(table), (commands, found) =>
            Ids(RecordWriter.Update(commands, found, ApaasBody.Record(body, "record"), FilterOf(http.Request))));
    }

    public async Task<IResult> UpdateEachAsync(HttpContext http, string workspaceId, string table, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return Do(http, workspaceId, database => database.GetTable(table), (commands, found) =>
            Ids(RecordWriter.UpdateEach(commands, found, ApaasBody.Records(body, "records"))));
    }

    public IResult Delete(HttpContext http, string workspaceId, string table) =>
        Do(http, workspaceId, database => database.GetTable(table), (commands, found) =>
        {
            RecordWriter.Delete(commands, found, FilterOf(http.Request));
            return new JsonObject();
        });

    /// <summary>Never a whole table by accident.</summary>
    private static string FilterOf(HttpRequest request) =>
        request.Query["filter"].ToString() is { Length: > 0 } filter ? filter : throw new FormatException("filter is required");

    private static JsonObject Ids(IEnumerable<string> ids) => new() { ["record_ids"] = new JsonArray([.. ids.Select(id => JsonValue.Create(id))]) };

    private IResult Do(HttpContext http, string workspaceId, Func<TableDatabase, Table> find, Func<SqlCommands, Table, JsonNode> work) => ApaasAnswer.Of(() =>
    {
        var database = workspaces.Get(workspaceId).Database;
        var table = find(database);
        return database.Use(Caller.Of(http).OpenId!, commands => work(commands, table));
    });
}

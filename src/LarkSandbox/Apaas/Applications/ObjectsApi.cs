using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Tables;
using LarkSandbox.Apaas.Workspaces;
using LarkSandbox.Hosting;

namespace LarkSandbox.Apaas.Applications;

/// <summary>
/// <c>/open-apis/apaas/v1/applications/:namespace/objects/:object_api_name/records</c>, one at a time and by query. Only with the app's
/// token. Search, OQL and grouping are not simulated.
/// </summary>
internal sealed class ObjectsApi(ApplicationObjects objects, SandboxOptions options)
{
    public async Task<IResult> CreateAsync(HttpContext http, string application, string name, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return Do(application, name, (commands, table) => new JsonObject { ["id"] = RecordWriter.Insert(commands, table, [ApaasBody.Record(body, "record")], InsertOptions.Plain)[0] });
    }

    public async Task<IResult> QueryAsync(HttpContext http, string application, string name, string id, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return Do(application, name, (commands, table) =>
        {
            var columns = (body?["select"] as JsonArray ?? []).Select(n => table[n?.ToString() ?? ""].Name).ToList();
            var values = new SqlValues();
            var sql = $"SELECT {Sql.Names(columns.Count == 0 ? table.Columns.Select(c => c.Name) : columns)} FROM {Sql.Name(table.Name)} WHERE {Sql.Name(Column.Id)} = {values.Add(id)}";
            return new JsonObject { ["item"] = Json.Write(commands.Rows(sql, values) is [{ } row] ? row : throw Unknown(id)) };
        });
    }

    public async Task<IResult> UpdateAsync(HttpContext http, string application, string name, string id, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return Do(application, name, (commands, table) =>
        {
            var record = ApaasBody.Record(body, "record");
            record[Column.Id] = id;
            return RecordWriter.UpdateEach(commands, table, [record]).Count == 1 ? new JsonObject() : throw Unknown(id);
        });
    }

    public IResult Delete(string application, string name, string id) =>
        Do(application, name, (commands, table) => Remove(commands, table, id) ? new JsonObject() : throw Unknown(id));

    public async Task<IResult> FindAsync(HttpContext http, string application, string name, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return Do(application, name, (commands, table) => ObjectQuery.Run(commands, table, body));
    }

    public static bool Remove(SqlCommands commands, Table table, string id)
    {
        var values = new SqlValues();
        return commands.Run($"DELETE FROM {Sql.Name(table.Name)} WHERE {Sql.Name(Column.Id)} = {values.Add(id)}", values) == 1;
    }

    private static FormatException Unknown(string id) => new($"record {id} does not exist");

    private IResult Do(string application, string name, Func<SqlCommands, Table, JsonNode> work) => ApaasAnswer.Of(() =>
    {
        var table = objects.Get(application, name);
        return objects.Database.Use(options.AppId, commands => work(commands, table));
    });
}

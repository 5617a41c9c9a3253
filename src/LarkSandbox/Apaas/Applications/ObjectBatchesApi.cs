using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Tables;
using LarkSandbox.Apaas.Workspaces;
using LarkSandbox.Hosting;
using Microsoft.Data.Sqlite;

namespace LarkSandbox.Apaas.Applications;

/// <summary><c>batch_create</c>, <c>batch_update</c>, <c>batch_delete</c> of an object's records: what is wrong with one does not hold up the others.</summary>
internal sealed class ObjectBatchesApi(ApplicationObjects objects, SandboxOptions options)
{
    public Task<IResult> CreateAsync(HttpContext http, string application, string name, CancellationToken ct) =>
        EachAsync(http, application, name, Records, (commands, table, record) => RecordWriter.Insert(commands, table, [(JsonObject)record], InsertOptions.Plain)[0], ct);

    public Task<IResult> UpdateAsync(HttpContext http, string application, string name, CancellationToken ct) =>
        EachAsync(http, application, name, Records, (commands, table, record) => RecordWriter.UpdateEach(commands, table, [(JsonObject)record]) is [var id] ? id : throw new FormatException("record does not exist"), ct);

    public Task<IResult> DeleteAsync(HttpContext http, string application, string name, CancellationToken ct) => EachAsync(
        http, application, name, Ids, (commands, table, id) => ObjectsApi.Remove(commands, table, id.ToString()) ? id.ToString() : throw new FormatException($"record {id} does not exist"), ct);

    private static IReadOnlyList<JsonNode> Records(JsonObject? body) => ApaasBody.Records(body, "records");

    private static IReadOnlyList<JsonNode> Ids(JsonObject? body) => body?["ids"] is JsonArray { Count: > 0 and <= ApaasBody.MostRecords } ids
        ? [.. ids.OfType<JsonValue>()]
        : throw new FormatException(FormattableString.Invariant($"ids holds 1 to {ApaasBody.MostRecords} ids"));

    private static JsonObject Failed(string what) => new()
    {
        ["success"] = false,
        ["errors"] = new JsonArray(new JsonObject { ["code"] = "k_sandbox_000001", ["message"] = what, ["sub_code"] = "", ["fields"] = new JsonArray() }),
    };

    private async Task<IResult> EachAsync(
        HttpContext http, string application, string name, Func<JsonObject?, IReadOnlyList<JsonNode>> read, Func<SqlCommands, Table, JsonNode, string> write, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return ApaasAnswer.Of(() =>
        {
            var table = objects.Get(application, name);
            return new JsonObject { ["items"] = new JsonArray([.. read(body).Select(item => One(commands => write(commands, table, item)))]) };
        });
    }

    private JsonObject One(Func<SqlCommands, string> write)
    {
        try
        {
            return new JsonObject { ["success"] = true, ["id"] = objects.Database.Use(options.AppId, write) };
        }
        catch (FormatException problem)
        {
            return Failed(problem.Message);
        }
        catch (SqliteException problem)
        {
            return Failed(ApaasAnswer.InWords(problem));
        }
    }
}

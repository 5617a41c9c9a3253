using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Workspaces;
using LarkSandbox.Hosting;

namespace LarkSandbox.Tests.Apaas;

/// <summary>A test that works in the demo workspace with Li Lei's token.</summary>
public abstract class WorkspaceTest : SandboxTest
{
    internal const string Root = "/open-apis/apaas/v1/workspaces/" + WorkspaceStore.DemoId;
    internal const string Tasks = Root + "/tables/tasks/records";
    internal const string Customers = Root + "/tables/customers/records";
    internal static readonly string[] Scopes =
    [
        "app_engine:workspace.sql_commands:write", "app_engine:workspace.table:read", "app_engine:workspace.table.record:read", "app_engine:workspace.table.record:write",
    ];

    internal string Token { get; private set; } = "";

    private protected override SandboxOptions Options { get; } = new() { CallsPerSecond = 0 };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Token = Platform.Grant(LiLei.OpenId, Scopes).Access.Value;
    }

    internal Task<Reply> GetAsync(string path) => CallAsync(HttpMethod.Get, path, bearer: Token);

    /// <summary>The records that a filter finds, by one of their columns.</summary>
    internal async Task<IReadOnlyList<string>> FindAsync(string filter, string column = "title", string table = Tasks)
    {
        var found = await GetAsync($"{table}?filter={Uri.EscapeDataString(filter)}");
        Assert.True(found.Code == 0, found.Body.ToJsonString());
        return [.. Items(found).Select(i => i![column]!.ToString())];
    }

    internal Task<Reply> InsertAsync(string table, JsonArray records, string query = "") => PostAsync(table + query, new JsonObject { ["records"] = records.ToJsonString() }, Token);

    internal Task<Reply> SqlAsync(string sql) => PostAsync($"{Root}/sql_commands", new JsonObject { ["sql"] = sql }, Token);

    internal static JsonArray Items(Reply reply) => JsonNode.Parse(reply.Data["items"]!.ToString())!.AsArray();

    internal static JsonArray Rows(Reply reply) => JsonNode.Parse(reply.Data["result"]!.ToString())!.AsArray();

    /// <summary>A refusal of aPaaS: one code for everything, the text says what.</summary>
    internal static void Refused(Reply reply, string words)
    {
        Assert.Equal((400, 2320001L), (reply.Status, reply.Code!.Value));
        Assert.Contains(words, reply.Body["msg"]!.ToString(), StringComparison.OrdinalIgnoreCase);
    }
}

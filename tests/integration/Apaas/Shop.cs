using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Workspaces;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Apaas;

/// <summary>The demo workspace, as another system reaches it in Ava's name.</summary>
internal sealed class Shop : IAsyncDisposable
{
    public const string Sql = "app_engine:workspace.sql_commands:write";
    public const string ReadTables = "app_engine:workspace.table:read";
    public const string ReadRecords = "app_engine:workspace.table.record:read";
    public const string WriteRecords = "app_engine:workspace.table.record:write";
    public const string Root = "/api/v1/apaas/workspaces/" + WorkspaceStore.DemoId;
    public const string Tasks = Root + "/tables/tasks/records";
    private const string Platform = "/open-apis/apaas/v1/workspaces/:workspace_id";
    private readonly HttpClient _http;

    private Shop(Scene scene)
    {
        Scene = scene;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = scene.Url };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", scene.BootstrapKey);
        _http.DefaultRequestHeaders.Add("X-Lark-Open-Id", scene.Ava.OpenId);
        Api = new Api(_http);
        scene.Platform.LimitsLifted = true;
    }

    public Scene Scene { get; }

    /// <summary>Names Ava in the header; bodies name her by <see cref="PostAsync"/> and the like.</summary>
    public Api Api { get; }

    /// <summary>Every row of the tasks, past all rights.</summary>
    public JsonArray AllTasks => Scene.Platform.Workspaces.Rows(WorkspaceStore.DemoId, "tasks");

    /// <summary>Calls that came as far as the workspace's records.</summary>
    public long RecordCalls => Count("GET", "/tables/:table_name/records") + Count("POST", "/tables/:table_name/records") + Count("PATCH", "/tables/:table_name/records")
        + Count("PATCH", "/tables/:table_name/records_batch_update") + Count("DELETE", "/tables/:table_name/records");

    public static async Task<Shop> OpenAsync(SceneOptions? options = null, params string[] scopes)
    {
        var shop = new Shop(await Scene.StartAsync(options ?? new() { Flow = Flow.Redirect }));
        if (scopes.Length > 0)
        {
            await shop.Scene.GrantAsync(shop.Scene.Ava, scopes);
        }

        return shop;
    }

    public long Count(string method, string path) => Scene.Platform.Calls.Of($"{method} {Platform}{path}");

    public Task<ApiAnswer> PostAsync(string path, JsonObject body) => SendAsync(HttpMethod.Post, path, body);

    public Task<ApiAnswer> PatchAsync(string path, JsonObject body) => SendAsync(HttpMethod.Patch, path, body);

    public Task<ApiAnswer> SqlAsync(string sql) => PostAsync(Root + "/sql", new() { ["sql"] = sql });

    /// <summary>Tasks that a JSON filter finds.</summary>
    public Task<ApiAnswer> FindAsync(JsonNode filter) => Api.GetAsync($"{Tasks}?filter={Uri.EscapeDataString(filter.ToJsonString())}");

    public Task<ApiAnswer> DeleteAsync(JsonNode filter) => Api.DeleteAsync($"{Tasks}?filter={Uri.EscapeDataString(filter.ToJsonString())}");

    public static JsonObject Compare(string column, string op, JsonNode? value) => new() { ["column"] = column, ["op"] = op, ["value"] = value };

    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Scene.DisposeAsync();
    }

    private Task<ApiAnswer> SendAsync(HttpMethod method, string path, JsonObject body)
    {
        body["openId"] ??= Scene.Ava.OpenId;
        return Api.SendAsync(method, path, Json(body.ToJsonString()));
    }
}

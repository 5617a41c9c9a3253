using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Workspaces;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.OpenApi;

/// <summary>What the service really answers on the way from nobody's consent to an answer is what the document says.</summary>
public sealed class AnswersTests(DocumentFixture fixture)
{
    private const string Workspace = "/api/v1/apaas/workspaces/" + WorkspaceStore.DemoId;

    [Fact]
    public async Task Real_answers_and_real_problems_fit_their_schemas()
    {
        var (scene, document) = await fixture.ReadAsync();
        var http = new Said(scene, document);
        var (ava, mei) = (scene.Ava.OpenId, scene.Mei.OpenId);
        scene.Platform.LimitsLifted = true;

        var asked = await http.PostAsync("createAuthorization", "/api/v1/authorizations", new { openId = ava, scopes = AllScopes(), reason = "Weekly report" }, 201);
        await http.PostAsync("createAuthorization", "/api/v1/authorizations", new { openId = ava, scopes = AllScopes() }, 200);
        await http.GetAsync("getAuthorization", $"/api/v1/authorizations/{asked["sessionId"]}", 200);
        await http.GetAsync("listAuthorizations", "/api/v1/authorizations?state=pending", 200);
        await http.GetAsync("listAuthorizations", "/api/v1/authorizations?state=odd", 400);
        await http.GetAsync("listAuthorizations", "/api/v1/authorizations?appId=cli_unknown", 400);
        await http.GetAsync("getAuthorization", "/api/v1/authorizations/unknown", 404);
        await http.GetAsync("getGrant", $"/api/v1/grants/{ava}", 404);

        var parked = await http.PostAsync("runSql", $"{Workspace}/sql", new { openId = ava, sql = "SELECT 1 AS one" }, 202, ("Prefer", "respond-async"));
        await http.GetAsync("getOperation", $"/api/v1/operations/{parked["id"]}", 200);
        await http.GetAsync("listTables", $"{Workspace}/tables", 403, ("X-Lark-Open-Id", mei));
        await scene.Ava.AgreeAsync(await scene.Ava.AskedAsync());
        var done = await http.GetAsync("getOperation", $"/api/v1/operations/{parked["id"]}?wait=60", 200);
        Assert.True(done["state"]!.ToString() == "succeeded", done.ToJsonString());

        await http.GetAsync("getGrant", $"/api/v1/grants/{ava}", 200);
        await http.GetAsync("listGrants", "/api/v1/grants?limit=1", 200);
        await http.GetAsync("getUserToken", $"/api/v1/grants/{ava}/token?scopes=offline_access", 200);
        await http.PostAsync("refreshGrant", $"/api/v1/grants/{ava}/refresh", new { }, 200);
        await http.PostAsync("createAuthorization", "/api/v1/authorizations", new { openId = ava, scopes = AllScopes() }, 200);
        await http.PostAsync("createAuthorization", "/api/v1/authorizations", new { openId = ava, calls = new[] { new { method = "POST", path = "/open-apis/apaas/v1/applications/x/functions/y/invoke" } } }, 400);
        await http.PostAsync("runSql", $"{Workspace}/sql", new { openId = ava, sql = "SELECT nothing FROM nowhere" }, 502);
        await http.PostAsync("runSql", $"{Workspace}/sql", new { openId = ava, sql = "SELECT 1 AS one" }, 200);
        await http.GetAsync("listTables", $"{Workspace}/tables?pageSize=1", 200, ("X-Lark-Open-Id", ava));
        await http.GetAsync("getTable", $"{Workspace}/tables/tasks", 200, ("X-Lark-Open-Id", ava));
        await http.GetAsync("listRecords", $"{Workspace}/tables/tasks/records?pageSize=1", 200, ("X-Lark-Open-Id", ava));
        await http.GetAsync("listRecords", $"{Workspace}/tables/nothing/records", 404, ("X-Lark-Open-Id", ava));
        await http.GetAsync("proxyGet", "/api/v1/lark/open-apis/authen/v1/user_info", 403, ("X-Lark-Open-Id", ava));
        await http.PostAsync("invokeFunction", "/api/v1/apaas/package_sandbox__c/functions/echo/invoke", new { openId = ava, @params = new { text = "hi" } }, 200);
        await http.PostAsync("executeFlow", "/api/v1/apaas/package_sandbox__c/flows/approve_0000000001/execute", new { openId = ava, @operator = new { _id = 1_800_000_000_000_002 } }, 200);
        await http.PostAsync("executeFlow", "/api/v1/apaas/package_sandbox__c/flows/broken_0000000001/execute", new { openId = ava, @operator = new { _id = 1_800_000_000_000_002 } }, 502);
    }

    [Fact]
    public async Task Callers_keys_and_accounts_fit_their_schemas()
    {
        var (scene, document) = await fixture.ReadAsync();
        var http = new Said(scene, document);
        var key = await http.PostAsync("createApiKey", "/api/v1/api-keys", new { name = "crm", permissions = new[] { "calls.execute" }, quota = 60 }, 201);
        await http.GetAsync("getApiKey", $"/api/v1/api-keys/{key["id"]}", 200);
        await http.GetAsync("listApiKeys", "/api/v1/api-keys?limit=1", 200);
        await http.GetAsync("listGrants", "/api/v1/grants", 403, ("Authorization", $"Bearer {key["key"]}"));
        await http.GetAsync("listGrants", "/api/v1/grants", 401, ("Authorization", "Bearer nothing"));

        await http.PostAsync("register", "/api/v1/auth/register", new { email = "ada@example.com", password = "correct horse battery", permissions = new[] { "grants.read" } }, 201);
        var tokens = await http.PostAsync("login", "/api/v1/auth/login", new { email = "ada@example.com", password = "correct horse battery" }, 200);
        await http.PostAsync("refreshTokens", "/api/v1/auth/refresh", new { refreshToken = tokens["refreshToken"]!.ToString() }, 200);
        await http.PostAsync("login", "/api/v1/auth/login", new { email = "ada@example.com", password = "wrong" }, 401);
        var list = await http.GetAsync("listAccounts", "/api/v1/accounts", 200);
        await http.GetAsync("getAccount", $"/api/v1/accounts/{list["items"]![0]!["id"]}", 200);
        await http.GetAsync("listEvents", "/api/v1/events", 200);
        await http.GetAsync("listWebhookDeliveries", "/api/v1/webhooks/deliveries?state=pending", 200);
        await http.GetAsync("health", "/health", 200);
        await http.GetAsync("getOpenApi", "/api/openapi.json", 200);
        await http.PostAsync("receivePush", $"/callback/lark/{scene.Options.Sandbox.AppId}", new { encrypt = "x" }, 404);
    }

    private static string[] AllScopes() =>
        ["app_engine:workspace.sql_commands:write", "app_engine:workspace.table:read", "app_engine:workspace.table.record:read", "app_engine:workspace.table.record:write"];

    /// <summary>Calls, and holds what comes against what was said of it.</summary>
    private sealed class Said(Scene scene, JsonObject document)
    {
        private readonly Schemas _schemas = new(document);
        private readonly Dictionary<string, Operation> _operations = Operation.Of(document).ToDictionary(o => o.Id, StringComparer.Ordinal);

        public Task<JsonNode> GetAsync(string id, string path, int status, params (string Name, string Value)[] headers) => SendAsync(id, new(HttpMethod.Get, path), status, headers);

        public Task<JsonNode> PostAsync(string id, string path, object body, int status, params (string Name, string Value)[] headers)
        {
            // What a test sends with success must be what the document lets one send
            if (status < 400 && _operations[id].Json["requestBody"]?["content"]?["application/json"]?["schema"] is { } schema)
            {
                Assert.Empty(_schemas.Faults(JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(body)), schema));
            }

            return SendAsync(id, new(HttpMethod.Post, path) { Content = JsonContent.Create(body) }, status, headers);
        }

        private async Task<JsonNode> SendAsync(string id, HttpRequestMessage request, int status, (string Name, string Value)[] headers)
        {
            request.Headers.Add("Authorization", headers.FirstOrDefault(h => h.Name == "Authorization").Value ?? "Bearer " + scene.BootstrapKey);
            foreach (var (name, value) in headers.Where(h => h.Name != "Authorization"))
            {
                request.Headers.Add(name, value);
            }

            using var answer = await scene.Anonymous.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True((int)answer.StatusCode == status, $"{id}: {(int)answer.StatusCode} {text}");
            var said = _operations[id].Json["responses"]![$"{status}"] ?? throw new InvalidOperationException($"{id} says nothing of {status}: {text}");
            said = said["$ref"] is { } to ? _schemas.Resolve(to.ToString()) : said;
            var content = said["content"]![answer.Content.Headers.ContentType!.MediaType!] ?? throw new InvalidOperationException($"{id} says nothing of {answer.Content.Headers.ContentType}");
            var json = JsonNode.Parse(Encoding.UTF8.GetBytes(text))!;
            Assert.True(_schemas.Faults(json, content["schema"]!) is { Count: 0 }, $"{id} {status}: {string.Join("; ", _schemas.Faults(json, content["schema"]!))}\n{text}");
            Assert.All(answer.StatusCode == HttpStatusCode.Created && answer.Headers.Location is not null ? (string[])["Location"] : [], h => Assert.NotNull(said["headers"]?[h]));
            return json;
        }
    }
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LarkService.Hosting.OpenApi;
using LarkService.Hosting.OpenApi.Routes;
using LarkService.IntegrationTests.Monitoring;
using LarkService.IntegrationTests.Rest;
using LarkService.IntegrationTests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;

namespace LarkService.IntegrationTests.OpenApi;

/// <summary>The document says of every route what is so, and of nothing else.</summary>
public sealed class DocumentTests(DocumentFixture fixture)
{
    /// <summary>They belong to the page and to nobody's program.</summary>
    private static readonly string[] Pages = ["/docs"];

    [Fact]
    public async Task Every_route_is_in_it_and_something_is_said_of_each()
    {
        var (scene, document) = await fixture.ReadAsync();
        var mapped = RouteFacts.Of(scene.Inside<EndpointDataSource>()).Select(r => $"{r.Method} {r.Path}").Where(r => !Pages.Any(p => r.EndsWith(p, StringComparison.Ordinal))).Order(StringComparer.Ordinal).ToList();

        // A route of which nothing is said here wants an entry in Hosting/OpenApi/Routes
        Assert.Equal(mapped, RouteDocs.All.Select(r => $"{r.Method} {r.Path}").Order(StringComparer.Ordinal));
        Assert.Equal(mapped, Operation.Of(document).Select(o => $"{o.Method} {o.Path}").Order(StringComparer.Ordinal));
        var tags = document["tags"]!.AsArray().Select(t => t!["name"]!.ToString()).ToList();
        Assert.All(Operation.Of(document), o =>
        {
            Assert.True(o.Json["summary"]!.ToString().Length > 5 && o.Json["description"]!.ToString().Length > 5, o.Id);
            Assert.Contains(Assert.Single(o.Json["tags"]!.AsArray())!.ToString(), tags);
        });
        Assert.Equal(tags.Order(), Operation.Of(document).Select(o => o.Json["tags"]![0]!.ToString()).Distinct().Order());
    }

    [Fact]
    public async Task Operations_have_names_that_stay()
    {
        var (_, document) = await fixture.ReadAsync();

        // Generated clients name their methods after these: add, never rename
        string[] names =
        [
            "aiChat", "askKnowledge", "createAuthorization", "createApiKey", "createRecords", "deleteAccount", "deleteRecords", "executeFlow", "getAccount", "getApiKey", "getAuthorization", "getGrant",
            "getOpenApi", "getOperation", "getTable", "getUserToken", "health", "healthLive", "healthReady", "invokeFunction", "listAccounts", "listApiKeys", "listAuthorizations",
            "listEvents", "listGrants", "listRecords", "listTables", "listWebhookDeliveries", "login", "metrics", "oauthCallback", "proxyDelete", "proxyGet", "proxyPatch", "proxyPost",
            "proxyPut", "realtime", "receivePush", "refreshGrant", "refreshTokens", "register", "replayEvent", "replayWebhookDelivery", "revokeApiKey", "revokeGrant", "runSql", "startSkill", "updateAccount",
            "updateRecords",
        ];
        Assert.Equal(names.Order(StringComparer.Ordinal), Operation.Of(document).Select(o => o.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_operation_names_the_permission_that_the_route_asks_for()
    {
        var (_, document) = await fixture.ReadAsync();
        var said = Operation.Of(document).Where(o => o.Path.StartsWith("/api/", StringComparison.Ordinal)).Select(o => (o, Permission: Permission(o))).ToList();

        Assert.Equal(
            PermissionTests.Routes.Select(r => $"{r.Method} {RouteFacts.PathOf(r.Path)} {r.Permission}").Order(StringComparer.Ordinal),
            said.Select(s => $"{s.o.Method} {s.o.Path} {s.Permission}").Order(StringComparer.Ordinal));
        Assert.All(said, s => Assert.Contains(s.Permission.Length > 0 ? $"Permission: `{s.Permission}`." : "Public", s.o.Json["description"]!.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_reference_leads_somewhere_and_nothing_lies_about_unused()
    {
        var (_, document) = await fixture.ReadAsync();
        var schemas = new Schemas(document);
        var used = Operation.Walk(document).Where(n => n.Node is JsonObject o && o["$ref"] is not null).Select(n => n.Node["$ref"]!.ToString()).ToHashSet(StringComparer.Ordinal);

        Assert.All(used, to => Assert.NotNull(schemas.Resolve(to)));

        // A problem that always comes with others of its status is shown where they are; it has its own answer all the same
        string[] kinds = ["schemas", "parameters", "examples", "headers"];
        Assert.Empty(kinds.SelectMany(kind => document["components"]![kind]!.AsObject().Select(c => $"#/components/{kind}/{c.Key}")).Except(used));
    }

    [Fact]
    public async Task Every_example_fits_its_schema_and_every_body_has_one()
    {
        var (_, document) = await fixture.ReadAsync();
        var (schemas, checkedOnes) = (new Schemas(document), 0);
        foreach (var (at, node) in Operation.Walk(document).Where(n => n.Node is JsonObject o && o["schema"] is not null && o["examples"] is not null))
        {
            foreach (var (name, example) in node["examples"]!.AsObject())
            {
                var whole = example!["$ref"] is { } to ? schemas.Resolve(to.ToString()) : example;
                Assert.True(schemas.Faults(whole["value"], node["schema"]!) is { Count: 0 }, $"{at} {name}: {string.Join("; ", schemas.Faults(whole["value"], node["schema"]!))}");
                checkedOnes++;
            }
        }

        Assert.True(checkedOnes > 100, $"{checkedOnes} examples");
        foreach (var operation in Operation.Of(document).Where(o => o.Json["tags"]![0]!.ToString() is not ("Proxy" or "Platform" or "About")))
        {
            Assert.All(Contents(operation), content => Assert.NotNull(content["examples"]));
        }
    }

    [Fact]
    public async Task Problems_that_are_named_are_those_there_are_each_with_its_status()
    {
        var (_, document) = await fixture.ReadAsync();
        var schemas = new Schemas(document);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var operation in Operation.Of(document))
        {
            foreach (var (status, response) in operation.Json["responses"]!.AsObject().Where(r => r.Key is [>= '4', ..]))
            {
                var whole = response!["$ref"] is { } to ? schemas.Resolve(to.ToString()) : response;
                foreach (var (name, _) in whole["content"]?["application/problem+json"]?["examples"]?.AsObject() ?? [])
                {
                    used.Add(name);
                    var schema = schemas.Resolve($"#/components/schemas/{ProblemDocs.Of(name).Schema}");
                    Assert.Contains(status, schema["properties"]!["status"]!["enum"]!.AsArray().Select(s => s!.ToString()));
                }
            }
        }

        // One only ends operations that waited
        Assert.Equal(ProblemDocs.All.Select(p => p.Name).Order(StringComparer.Ordinal), used.Append("session-expired").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_parameter_and_every_field_is_explained()
    {
        var (_, document) = await fixture.ReadAsync();
        var parameters = Operation.Of(document).SelectMany(o => (o.Json["parameters"] as JsonArray ?? []).Where(p => p!["$ref"] is null).Select(p => (o.Id, Parameter: p!)));
        Assert.All(parameters, p => Assert.True(p.Parameter["description"] is not null, $"{p.Id}: {p.Parameter["name"]}"));

        // Types speak for themselves, in their comments
        var schemas = document["components"]!["schemas"]!;
        foreach (var (name, schema) in schemas.AsObject().Where(s => !s.Key.EndsWith("Problem", StringComparison.Ordinal) && s.Value!["properties"] is not null))
        {
            Assert.True(schema!["description"] is not null, name);
            Assert.All(schema["properties"]!.AsObject(), field => Assert.True(field.Value!["description"] is not null, $"{name}.{field.Key}"));
            Assert.DoesNotContain("cref", schema.ToJsonString(), StringComparison.Ordinal);
        }

        Assert.Equal("Null: the default app.", schemas["AuthorizationRequest"]!["properties"]!["appId"]!["description"]!.ToString());
    }

    [Fact]
    public async Task It_is_OpenAPI_that_others_can_read()
    {
        var (scene, document) = await fixture.ReadAsync();
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(document.ToJsonString()));
        var read = await OpenApiDocument.LoadAsync(stream, "json");

        Assert.Empty(read.Diagnostic!.Errors.Select(e => $"{e.Pointer}: {e.Message}"));
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, read.Diagnostic.SpecificationVersion);
        Assert.Equal(Operation.Of(document).Count(), read.Document!.Paths.Sum(p => p.Value.Operations!.Count));

        // Always in the same order, and not sent twice to whoever has it
        var again = await scene.Anonymous.GetAsync("/api/openapi.json");
        Assert.Equal("application/json", again.Content.Headers.ContentType!.MediaType);
        using var known = new HttpRequestMessage(HttpMethod.Get, "/api/openapi.json") { Headers = { { "If-None-Match", again.Headers.ETag!.ToString() } } };
        Assert.Equal(System.Net.HttpStatusCode.NotModified, (await scene.Anonymous.SendAsync(known)).StatusCode);
        Assert.Equal(document["paths"]!.AsObject().Select(p => p.Key), document["paths"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.Equal(document["components"]!["schemas"]!.AsObject().Select(p => p.Key), document["components"]!["schemas"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_http_file_calls_routes_that_there_are()
    {
        var (_, document) = await fixture.ReadAsync();
        var known = Operation.Of(document).Select(o => (o.Method, Path: "^" + Regex.Replace(Regex.Escape(o.Path), @"\\\{\w+}", ".+") + "$")).ToList();
        var calls = Regex.Matches(await File.ReadAllTextAsync(Files.InRepository("docs", "larkservice.http")), @"(?m)^(GET|POST|PUT|PATCH|DELETE) \{\{lark\}\}([^?\s]+)");

        Assert.True(calls.Count > 20);
        Assert.All(calls, call => Assert.Contains(known, k => k.Method == call.Groups[1].Value && Regex.IsMatch(call.Groups[2].Value, k.Path)));
    }

    [Fact]
    public async Task The_page_comes_from_this_service_and_may_talk_to_no_other()
    {
        var (scene, _) = await fixture.ReadAsync();
        var moved = await scene.Anonymous.GetAsync("/docs");
        Assert.Equal("docs/index.html", moved.Headers.Location!.ToString());
        var page = await scene.Anonymous.GetAsync("/docs/index.html");
        var html = await page.Content.ReadAsStringAsync();

        Assert.Equal(System.Net.HttpStatusCode.OK, page.StatusCode);
        Assert.DoesNotContain("http://", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        foreach (var asset in (string[])["swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "index.js"])
        {
            Assert.Equal(System.Net.HttpStatusCode.OK, (await scene.Anonymous.GetAsync($"/docs/{asset}")).StatusCode);
        }

        (await new Api(scene.Anonymous).GetAsync("/docs/nothing.js")).MustBeProblem(System.Net.HttpStatusCode.NotFound, "not-found");
    }

    private static string Permission(Operation operation) => operation.Json["security"] is JsonArray { Count: 1 } one ? Assert.Single(one[0]!["caller"]!.AsArray())!.ToString() : "";

    private static IEnumerable<JsonNode> Contents(Operation operation) => ((JsonNode?[])[operation.Json["requestBody"], .. operation.Json["responses"]!.AsObject().Select(r => r.Value)])
        .SelectMany(b => b?["content"]?.AsObject().Select(c => c.Value!) ?? []);
}

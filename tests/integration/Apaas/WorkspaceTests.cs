using System.Net;
using System.Text.Json.Nodes;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Apaas;

/// <summary>A workspace's SQL, tables and records in a user's name, from the caller to the database and back.</summary>
public sealed class WorkspaceTests
{
    private static readonly string[] Hostile =
    [
        "'; DROP TABLE tasks; --", "\" OR \"\"=\"", "x&_id=not.is.null", "a,b)&or=(title.neq.x", "50% off + more #1; done", "back\\slash \"quoted\"", "王一一 😀 e\u0301",
        "line\nbreak\tand tab", "null", "*", "%26", "in.(a,b)", " leading and trailing ", "$$;$$", "{\"json\":[1]}", "../../etc",
    ];

    [Theory]
    [BothEngines]
    public async Task Who_has_not_agreed_is_asked_with_a_card_and_then_the_same_statement_runs_in_their_name(Engine engine)
    {
        await using var shop = await Shop.OpenAsync(new() { Engine = engine, Flow = Flow.Redirect });

        var first = (await shop.SqlAsync("SELECT name FROM customers ORDER BY name")).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");
        Assert.Equal(("not_granted", "true", Shop.Sql), (first["reason"], first["cardSent"], Assert.Single(first.Json!["missingScopes"]!.AsArray())!.ToString()));
        Assert.Equal(0, shop.Count("POST", "/sql_commands"));
        await shop.Scene.Ava.AgreeAsync(Assert.Single(shop.Scene.Ava.AuthorizationCards));
        await Eventually.TrueAsync("the consent", async () => await shop.Scene.GrantStatusAsync(shop.Scene.Ava) == "active");

        var rows = (await shop.SqlAsync("SELECT name FROM customers ORDER BY name")).Must(HttpStatusCode.OK);
        Assert.Equal(["Ann", "Bob", "王一一"], rows.Json!["result"]!.AsArray().Select(r => r!["name"]!.ToString()));
        Assert.Equal(1, shop.Scene.Platform.Calls.Of("POST /open-apis/apaas/v1/workspaces/:workspace_id/sql_commands", shop.Scene.Ava.OpenId));
        Assert.Equal("""{"result":null}""", (await shop.SqlAsync("UPDATE tasks SET priority = 1 WHERE title = 'it''s; not there'")).Must(HttpStatusCode.OK).Text);
    }

    [Fact]
    public async Task Several_statements_are_refused_and_nothing_is_sent()
    {
        await using var shop = await Shop.OpenAsync(null, Shop.Sql);
        var before = shop.AllTasks.ToJsonString();

        foreach (var sql in new[]
        {
            "SELECT 1; DROP TABLE tasks", "SELECT 'a\\'; DELETE FROM tasks; --'", "SELECT E'a'\n'\\'' ; DELETE FROM tasks; --'", "SELECT a$$; DELETE FROM tasks; --$$", ";DELETE FROM tasks;;SELECT 1", "SELECT 'a", "", "-- nothing",
        })
        {
            Assert.Contains("sql", (await shop.SqlAsync(sql)).MustBeProblem(HttpStatusCode.BadRequest, "validation")["detail"], StringComparison.Ordinal);
        }

        var withParams = await shop.PostAsync(Shop.Root + "/sql", new() { ["sql"] = "SELECT $1", ["params"] = new JsonArray(1) });
        Assert.Contains("record routes", withParams.MustBeProblem(HttpStatusCode.BadRequest, "validation")["detail"], StringComparison.Ordinal);
        Assert.Equal(0, shop.Count("POST", "/sql_commands"));
        Assert.Equal(before, shop.AllTasks.ToJsonString());
    }

    [Fact]
    public async Task What_the_platform_says_of_a_statement_comes_through_with_its_words_and_log_id()
    {
        await using var shop = await Shop.OpenAsync(null, Shop.Sql);

        var problem = (await shop.SqlAsync("SELECT * FROM missing_table")).MustBeProblem(HttpStatusCode.BadGateway, "platform-error");

        Assert.Equal("2320001", problem["code"]);
        Assert.Contains("no such table: missing_table", problem["msg"], StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(problem["logId"]));
    }

    [Fact]
    public async Task Hostile_values_are_stored_found_and_deleted_one_by_one_to_the_last_character()
    {
        await using var shop = await Shop.OpenAsync(null, Shop.ReadTables, Shop.ReadRecords, Shop.WriteRecords);
        var seeded = shop.AllTasks.Count;
        var records = new JsonArray([.. Hostile.Select(value => new JsonObject { ["title"] = value, ["notes"] = new JsonObject { ["said"] = value } })]);

        var ids = (await shop.PostAsync(Shop.Tasks, new() { ["records"] = records })).Must(HttpStatusCode.OK).Json!["recordIds"]!.AsArray().Select(id => id!.ToString()).ToList();

        Assert.Equal(Hostile, shop.AllTasks.Skip(seeded).Select(row => row!["title"]!.ToString()));
        Assert.All(shop.AllTasks.Skip(seeded), row => Assert.Equal(shop.Scene.Ava.OpenId, row!["_created_by"]!.ToString()));
        for (var i = 0; i < Hostile.Length; i++)
        {
            var found = (await shop.FindAsync(Shop.Compare("title", "eq", Hostile[i]))).Must(HttpStatusCode.OK);
            var one = Assert.Single(found.Json!["items"]!.AsArray())!;
            Assert.Equal((ids[i], Hostile[i], Hostile[i]), (one["_id"]!.ToString(), one["title"]!.ToString(), one["notes"]!["said"]!.ToString()));
            Assert.Equal(("false", "1"), (found["hasMore"], found["total"]));
        }

        // A list of them, and everything but them
        var listed = (await shop.FindAsync(Shop.Compare("title", "in", new JsonArray([.. Hostile.Select(v => JsonValue.Create(v))])))).Must(HttpStatusCode.OK);
        Assert.Equal(Hostile.Length, listed.Json!["items"]!.AsArray().Count);

        // Changed and deleted: each alone
        foreach (var value in Hostile)
        {
            var changed = (await shop.PatchAsync(Shop.Tasks, new() { ["filter"] = Shop.Compare("title", "eq", value), ["record"] = new JsonObject { ["customer"] = value } })).Must(HttpStatusCode.OK);
            Assert.Single(changed.Json!["recordIds"]!.AsArray());
            Assert.Equal(value, Assert.Single(shop.AllTasks, row => row!["title"]!.ToString() == value)!["customer"]!.ToString());
            (await shop.DeleteAsync(Shop.Compare("customer", "eq", value))).Must(HttpStatusCode.NoContent);
        }

        Assert.Equal(seeded, shop.AllTasks.Count);
    }

    [Fact]
    public async Task Names_that_are_none_or_not_there_are_refused_before_any_record_is_touched()
    {
        await using var shop = await Shop.OpenAsync(null, Shop.ReadTables, Shop.ReadRecords, Shop.WriteRecords);
        var before = shop.AllTasks.ToJsonString();

        foreach (var name in new[] { "tasks; drop table tasks", "tasks\"--", "tasks'", "a,b", "名 字", "1st", "a\u202eb", "a%2e%2e", "*", new string('a', 64) })
        {
            var escaped = Uri.EscapeDataString(name);
            foreach (var answer in new[]
            {
                await shop.Api.GetAsync($"{Shop.Root}/tables/{escaped}/records"),
                await shop.Api.GetAsync($"{Shop.Root}/tables/{escaped}"),
                await shop.Api.GetAsync($"{Shop.Tasks}?select=_id,{escaped}"),
                await shop.Api.GetAsync($"{Shop.Tasks}?order={escaped}.desc"),
                await shop.FindAsync(Shop.Compare(name, "eq", 1)),
                await shop.Api.GetAsync($"{Shop.Tasks}?filter={escaped}%3Deq.1"),
                await shop.DeleteAsync(Shop.Compare(name, "neq", 1)),
                await shop.PostAsync(Shop.Tasks, new() { ["records"] = new JsonArray(new JsonObject { [name] = "x" }) }),
                await shop.PatchAsync(Shop.Tasks, new() { ["filter"] = "title=eq.x", ["record"] = new JsonObject { [name] = "x" } }),
            })
            {
                answer.MustBeProblem(HttpStatusCode.BadRequest, "validation");
            }
        }

        var unknown = (await shop.Api.GetAsync($"{Shop.Tasks}?order=grade.desc")).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        Assert.Equal("'grade' is no column of the table 'tasks'. It has: _id, _created_at, _created_by, _updated_at, _updated_by, title, state, priority, customer, due, notes.", unknown["detail"]);
        var nowhere = (await shop.Api.GetAsync($"{Shop.Root}/tables/nothing/records")).MustBeProblem(HttpStatusCode.NotFound, "not-found");
        Assert.Contains("There are: customers, tasks.", nowhere["detail"], StringComparison.Ordinal);
        (await shop.Api.GetAsync("/api/v1/apaas/workspaces/workspace_unknown/tables/tasks")).MustBeProblem(HttpStatusCode.BadGateway, "platform-error");
        Assert.Equal(0, shop.RecordCalls);
        Assert.Equal(before, shop.AllTasks.ToJsonString());
    }

    [Fact]
    public async Task Records_are_read_page_by_page_in_their_order_and_with_both_forms_of_a_filter()
    {
        await using var shop = await Shop.OpenAsync(null, Shop.ReadTables, Shop.ReadRecords);

        List<string> titles = [];
        string? cursor = null;
        do
        {
            var page = (await shop.Api.GetAsync($"{Shop.Tasks}?select=title&order=priority.desc,title&pageSize=3{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}")).Must(HttpStatusCode.OK);
            titles.AddRange(page.Json!["items"]!.AsArray().Select(row => row!["title"]!.ToString()));
            cursor = page["nextCursor"];
            Assert.Equal(cursor is not null, (bool)page.Json!["hasMore"]!);
        }
        while (cursor is not null);
        Assert.Equal(["Archive last year", "Plan the launch", "Send the offer", "Call Ann back"], titles);

        var both = new JsonArray(Shop.Compare("priority", "lte", 2), Shop.Compare("due", "is", null));
        Assert.Equal(["Plan the launch"], await TitlesAsync(shop, both.ToJsonString()));
        Assert.Equal(["Plan the launch"], await TitlesAsync(shop, "priority=lte.2&due=is.null"));
        Assert.Equal(["Call Ann back", "Archive last year"], await TitlesAsync(shop, "or=(title.like.Call*,and(state.eq.done,priority.gt.4))"));
        Assert.Equal(["Send the offer"], await TitlesAsync(shop, "title=ilike.*OFFER"));
        var tables = (await shop.Api.GetAsync(Shop.Root + "/tables?pageSize=1")).Must(HttpStatusCode.OK);
        Assert.Equal(("customers", "true"), (tables.Json!["items"]![0]!["name"]!.ToString(), tables["hasMore"]));
        var table = (await shop.Api.GetAsync(Shop.Root + "/tables/customers")).Must(HttpStatusCode.OK);
        Assert.Equal(("text", true), (table.Json!["columns"]![5]!["type"]!.ToString(), (bool)table.Json!["columns"]![0]!["isPrimaryKey"]!));
    }

    [Fact]
    public async Task What_is_there_already_is_merged_or_left_and_each_record_is_changed_by_its_id()
    {
        await using var shop = await Shop.OpenAsync(null, Shop.ReadTables, Shop.WriteRecords);
        const string Customers = Shop.Root + "/tables/customers/records";
        JsonObject Ann(string city, string resolution) => new()
        {
            ["records"] = new JsonArray(new JsonObject { ["name"] = "Ann", ["email"] = "ann@customer.example", ["city"] = city }),
            ["onConflict"] = new JsonArray("email"),
            ["resolution"] = resolution,
            ["missing"] = "default",
        };
        string CityOfAnn() => shop.Scene.Platform.Workspaces.Rows(LarkSandbox.Apaas.Workspaces.WorkspaceStore.DemoId, "customers").Single(r => r!["name"]!.ToString() == "Ann")!["city"]!.ToString();

        (await shop.PostAsync(Customers, Ann("Rome", "ignore-conflicts"))).Must(HttpStatusCode.OK);
        Assert.Equal("Berlin", CityOfAnn());
        var merged = (await shop.PostAsync(Customers, Ann("Oslo", "merge-duplicates"))).Must(HttpStatusCode.OK);
        Assert.Equal("Oslo", CityOfAnn());
        var again = await shop.PostAsync(Customers, new() { ["records"] = new JsonArray(new JsonObject { ["name"] = "Ann", ["email"] = "ann@customer.example" }) });
        Assert.Contains("UNIQUE", again.MustBeProblem(HttpStatusCode.BadGateway, "platform-error")["msg"], StringComparison.OrdinalIgnoreCase);

        var id = merged.Json!["recordIds"]![0]!.ToString();
        (await shop.PatchAsync(Customers, new() { ["records"] = new JsonArray(new JsonObject { ["_id"] = id, ["city"] = "Lima" }) })).Must(HttpStatusCode.OK);
        Assert.Equal("Lima", CityOfAnn());
    }

    [Fact]
    public async Task The_scope_that_is_missing_is_asked_for_and_no_other_where_one_of_two_will_do()
    {
        await using var shop = await Shop.OpenAsync(null, Shop.ReadTables, Shop.WriteRecords);
        (await shop.Api.GetAsync(Shop.Tasks)).Must(HttpStatusCode.OK); // who may write may read

        var asked = (await shop.SqlAsync("SELECT 1")).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");
        Assert.Equal(("scopes_missing", Shop.Sql), (asked["reason"], Assert.Single(asked.Json!["missingScopes"]!.AsArray())!.ToString()));

        shop.Scene.Platform.AppScopes.Disable(Shop.WriteRecords);
        var forAdmin = (await shop.DeleteAsync(Shop.Compare("title", "eq", "nothing"))).MustBeProblem(HttpStatusCode.Forbidden, "app-scope-missing");
        Assert.Equal([Shop.WriteRecords], forAdmin.Json!["missingScopes"]!.AsArray().Select(s => s!.ToString()));
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_said_and_nothing_is_sent()
    {
        await using var shop = await Shop.OpenAsync(null, Shop.ReadTables, Shop.ReadRecords, Shop.WriteRecords, Shop.Sql);
        var calls = shop.Scene.Platform.Calls.All.Sum(c => c.Calls);
        foreach (var (body, words) in new (string, string)[]
        {
            ("""{"sql":"SELECT 1"}""", "openId is missing"), ("""{"openId":"on_1","sql":"SELECT 1"}""", "union_id"), ("""{"openId":"ava@example.com","sql":"SELECT 1"}""", "no open_id"),
            ("""{"openId":""", "not the JSON"), ("[]", "not the JSON"), ("""{"openId":1,"sql":"SELECT 1"}""", "$.openId"),
        })
        {
            var answer = await shop.Api.SendAsync(HttpMethod.Post, Shop.Root + "/sql", Shop.Json(body));
            Assert.Contains(words, answer.MustBeProblem(HttpStatusCode.BadRequest, "validation")["detail"], StringComparison.Ordinal);
        }

        Assert.Contains("X-Lark-Open-Id is missing", (await shop.Scene.Api.GetAsync(Shop.Tasks)).MustBeProblem(HttpStatusCode.BadRequest, "validation")["detail"], StringComparison.Ordinal);
        (await shop.PostAsync(Shop.Root + "/sql", new() { ["sql"] = "SELECT 1", ["appId"] = "cli_0" })).MustBeProblem(HttpStatusCode.BadRequest, "unknown-app");
        foreach (var (query, words) in new[] { ("pageSize=501", "pageSize"), ("pageSize=0", "pageSize"), ("pageSize=x", "pageSize"), ("filter=%7B", "begins like JSON"), ("order=title.down", "order"), ("select=", ""), ("select=,", "select") })
        {
            var answer = await shop.Api.GetAsync($"{Shop.Tasks}?{query}");
            if (words.Length > 0)
            {
                Assert.Contains(words, answer.MustBeProblem(HttpStatusCode.BadRequest, "validation")["detail"], StringComparison.Ordinal);
            }
        }

        Assert.Contains("filter is missing", (await shop.Api.DeleteAsync(Shop.Tasks)).MustBeProblem(HttpStatusCode.BadRequest, "validation")["detail"], StringComparison.Ordinal);
        Assert.Contains("workspace id", (await shop.Api.GetAsync("/api/v1/apaas/workspaces/app_1/tables")).MustBeProblem(HttpStatusCode.BadRequest, "validation")["detail"], StringComparison.Ordinal);
        var large = await shop.PostAsync(Shop.Tasks, new() { ["records"] = new JsonArray(new JsonObject { ["title"] = new string('x', 1024 * 1024) }) });
        large.MustBeProblem(HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
        Assert.Equal(calls + 2, shop.Scene.Platform.Calls.All.Sum(c => c.Calls)); // select= is a list of all: the table and its records
    }

    private static async Task<IEnumerable<string>> TitlesAsync(Shop shop, string filter) =>
        (await shop.Api.GetAsync($"{Shop.Tasks}?filter={Uri.EscapeDataString(filter)}")).Must(HttpStatusCode.OK).Json!["items"]!.AsArray().Select(row => row!["title"]!.ToString());
}

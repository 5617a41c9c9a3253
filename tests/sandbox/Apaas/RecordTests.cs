using System.Text;
using System.Text.Json.Nodes;

namespace LarkSandbox.Tests.Apaas;

/// <summary>Records of a workspace: read, added, changed, deleted, and marked with whose hand it was.</summary>
public sealed class RecordTests : WorkspaceTest
{
    [Fact]
    public async Task Pages_follow_each_other_and_a_token_belongs_to_its_list()
    {
        var first = await GetAsync($"{Tasks}?page_size=3&order=priority.desc&select=title,priority");
        Assert.Equal((4, true, 3), ((int)first.Data["total"]!, (bool)first.Data["has_more"]!, Items(first).Count));
        Assert.Equal("""{"title":"Archive last year","priority":5}""", Items(first)[0]!.ToJsonString());
        var token = first.Data["page_token"]!.ToString();

        var second = await GetAsync($"{Tasks}?page_size=3&order=priority.desc&select=title,priority&page_token={token}");
        Assert.Equal((false, "", "Call Ann back"), ((bool)second.Data["has_more"]!, second.Data["page_token"]!.ToString(), Items(second)[0]!["title"]!.ToString()));
        Refused(await GetAsync($"{Tasks}?page_size=3&page_token={token}"), "page_token");
        Refused(await GetAsync($"{Tasks}?page_size=501"), "page_size is 1 to 500");
        Refused(await GetAsync($"{Tasks}?order=nothing"), "column nothing of tasks does not exist");
        Refused(await GetAsync($"{Tasks}?order=title.up"), "title.up is no order");
        Refused(await GetAsync($"{Tasks}?select=title,secret"), "column secret of tasks does not exist");
    }

    [Fact]
    public async Task Values_keep_their_types_and_nothing_is_set_first_or_last_as_asked()
    {
        var ann = Items(await GetAsync($"{Customers}?filter=name%3Deq.Ann"))[0]!;
        Assert.Equal((true, 120000.5), (ann["vip"]!.GetValue<bool>(), ann["revenue"]!.GetValue<double>()));
        var tasks = Items(await GetAsync($"{Tasks}?order=due.desc.nullslast,title"));
        Assert.Equal(["Send the offer", "Call Ann back", "Archive last year", "Plan the launch"], tasks.Select(t => t!["title"]!.ToString()));
        Assert.Equal("phone", tasks[1]!["notes"]!["tags"]![0]!.ToString());
    }

    [Fact]
    public async Task Every_row_knows_who_made_and_who_changed_it()
    {
        var added = await InsertAsync(Tasks, [new JsonObject { ["title"] = "Mine" }]);
        var id = Assert.Single(added.Data["record_ids"]!.AsArray())!.GetValue<string>();
        var other = Platform.Grant(Ava.OpenId, Scopes).Access.Value;
        var changed = await CallAsync(HttpMethod.Patch, $"{Tasks}?filter={Uri.EscapeDataString($"_id=eq.{id}")}", new JsonObject { ["record"] = """{"state":"done"}""" }, other);

        Assert.Equal(id, Assert.Single(changed.Data["record_ids"]!.AsArray())!.GetValue<string>());
        var row = Platform.Workspaces.Rows("workspace_demo0000001", "tasks").Last()!;
        Assert.Equal(("Mine", "done", 3L, LiLei.OpenId, Ava.OpenId), (row["title"]!.ToString(), row["state"]!.ToString(), (long)row["priority"]!, row["_created_by"]!.ToString(), row["_updated_by"]!.ToString()));
        Refused(await InsertAsync(Tasks, [new JsonObject { ["title"] = "x", ["_created_by"] = "ou_x" }]), "written by the platform");
    }

    [Fact]
    public async Task Records_are_added_all_or_none()
    {
        Refused(await InsertAsync(Tasks, [new JsonObject { ["title"] = "good" }, new JsonObject { ["title"] = null }]), "NOT NULL");
        Refused(await InsertAsync(Tasks, [new JsonObject { ["title"] = "good", ["state"] = "lost" }]), "CHECK");
        Refused(await InsertAsync(Tasks, [new JsonObject { ["title"] = "good", ["priority"] = "soon" }]), "CHECK");
        Refused(await InsertAsync(Tasks, [new JsonObject { ["title"] = "a" }, new JsonObject { ["title"] = "b", ["state"] = "done" }]), "same columns");
        Refused(await InsertAsync(Tasks, [new JsonObject { ["title\"; DROP TABLE tasks; --"] = "a" }]), "does not exist");
        Refused(await InsertAsync(Tasks, [.. Enumerable.Range(0, 501).Select(i => new JsonObject { ["title"] = $"{i}" })]), "1 to 500");
        Refused(await PostAsync(Tasks, new JsonObject { ["records"] = new JsonArray() }, Token), "as a string");
        Assert.Equal(4, (int)(await GetAsync(Tasks)).Data["total"]!);
        Assert.Equal(500, (await InsertAsync(Tasks, [.. Enumerable.Range(0, 500).Select(i => new JsonObject { ["title"] = $"{i}" })])).Data["record_ids"]!.AsArray().Count);
    }

    [Fact]
    public async Task Hostile_values_come_back_as_they_went_in()
    {
        string[] hostile = ["'; DROP TABLE tasks; --", "\"quoted\"", "a,b.(c)&d=e%41*", "新年快乐 🎉", "line\nline", "\\", ""];
        await InsertAsync(Tasks, [.. hostile.Select(h => new JsonObject { ["title"] = h })]);
        foreach (var value in hostile)
        {
            var quoted = $"and=(title.eq.\"{value.Replace("%", "%25", StringComparison.Ordinal).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\")";
            Assert.Equal([value], await FindAsync(quoted));
            Assert.Equal([value], await FindAsync($"title=eq.{Uri.EscapeDataString(value)}"));
        }

        Refused(await InsertAsync(Tasks, [new JsonObject { ["title"] = "a\0b" }]), "NUL");
    }

    [Fact]
    public async Task What_is_there_already_is_merged_or_left_as_the_header_says()
    {
        JsonArray Ann(string city) => [new JsonObject { ["email"] = "ann@customer.example", ["name"] = "Ann", ["city"] = city }];
        Refused(await InsertAsync(Customers, Ann("Rome")), "UNIQUE");
        Assert.Empty((await PreferAsync("?on_conflict=email", Ann("Rome"), "resolution=ignore-conflicts")).Data["record_ids"]!.AsArray());
        Assert.Equal(["Berlin"], await FindAsync("name=eq.Ann", "city", Customers));
        Assert.Single((await PreferAsync("?on_conflict=email", Ann("Rome"), "missing=default, resolution=merge-duplicates")).Data["record_ids"]!.AsArray());
        Assert.Equal(["Rome"], await FindAsync("name=eq.Ann", "city", Customers));
        Refused(await PreferAsync("?on_conflict=city", Ann("Rome"), "resolution=merge-duplicates"), "ON CONFLICT");
    }

    [Fact]
    public async Task Columns_that_are_named_take_null_or_their_default_where_a_record_lacks_them()
    {
        JsonArray records = [new JsonObject { ["title"] = "with", ["priority"] = 1, ["other"] = "left out" }, new JsonObject { ["title"] = "without" }];
        await PreferAsync("?columns=title,priority", (JsonArray)records.DeepClone(), "missing=default", Tasks);
        Assert.Equal(["1", "3"], await FindAsync("title=like.with*", "priority"));
        await InsertAsync(Tasks, records, "?columns=title,priority");
        Assert.Equal(["with", "without", "with", "without"], await FindAsync("title=like.with*"));
        Assert.Equal(["without"], await FindAsync("priority=is.null"));
    }

    [Fact]
    public async Task Many_are_changed_by_their_ids_and_deleted_by_a_filter_but_never_all_by_accident()
    {
        var batch = await CallAsync(HttpMethod.Patch, $"{Root}/tables/tasks/records_batch_update", new JsonObject { ["records"] = """[{"_id":"4","state":"done"},{"_id":"5","state":"done"},{"_id":"404","state":"done"}]""" }, Token);
        Assert.Equal(["4", "5"], batch.Data["record_ids"]!.AsArray().Select(i => i!.GetValue<string>()));
        Refused(await CallAsync(HttpMethod.Patch, $"{Root}/tables/tasks/records_batch_update", new JsonObject { ["records"] = """[{"_id":"4","state":"done"},{"_id":"5"}]""" }, Token), "same columns");
        Refused(await CallAsync(HttpMethod.Delete, Tasks, bearer: Token), "filter is required");
        Refused(await CallAsync(HttpMethod.Patch, Tasks, new JsonObject { ["record"] = """{"state":"done"}""" }, Token), "filter is required");
        Assert.Equal(0, (await CallAsync(HttpMethod.Delete, $"{Tasks}?filter=state%3Deq.done", bearer: Token)).Code);
        Assert.Equal(["Plan the launch"], await FindAsync("title=neq."));
    }

    [Fact]
    public async Task Tables_views_and_enums_describe_themselves()
    {
        var tables = (await GetAsync($"{Root}/tables")).Data["items"]!.AsArray();
        Assert.Equal(["customers", "tasks"], tables.Select(t => t!["name"]!.ToString()));
        var columns = (await GetAsync($"{Root}/tables/tasks")).Data["columns"]!.AsArray();
        var id = columns.Single(c => c!["name"]!.ToString() == "_id")!;
        Assert.Equal(("text", true, false), (id["data_type"]!.ToString(), (bool)id["is_primary_key"]!, (bool)id["is_allow_null"]!));
        Assert.Equal(3, (int)(await GetAsync($"{Root}/views/open_tasks/records")).Data["total"]!);
        Assert.Equal(["todo", "doing", "done"], (await GetAsync($"{Root}/enums/task_state")).Data["options"]!.AsArray().Select(o => o!.ToString()));
        Assert.Single((await GetAsync($"{Root}/enums")).Data["items"]!.AsArray());
        Refused(await GetAsync($"{Root}/tables/open_tasks/records"), "table open_tasks does not exist");
        Refused(await GetAsync($"{Root}/views/tasks/records"), "view tasks does not exist");
        Refused(await GetAsync($"{Root}/enums/nothing"), "enum nothing does not exist");
        Refused(await GetAsync("/open-apis/apaas/v1/workspaces/workspace_other/tables"), "workspace workspace_other does not exist");
    }

    [Fact]
    public async Task A_workspace_is_made_and_filled_from_outside()
    {
        Assert.Equal("workspace_new", (await PostAsync("/sandbox/api/workspaces", new JsonObject { ["id"] = "workspace_new" })).Body["id"]!.ToString());
        var table = JsonNode.Parse("""{"name":"odd \"name\"","columns":[{"name":"a b","type":"bigint","required":true},{"name":"of","type":"text","oneOf":["x","it's"]}],"rows":[{"a b":1},{"a b":2,"of":"it's"}]}""");
        using var made = await SendAsync(HttpMethod.Post, "/sandbox/api/workspaces/workspace_new/tables", new StringContent(table!.ToJsonString(), Encoding.UTF8, "application/json"));
        Assert.Equal("[\"1\",\"2\"]", await made.Content.ReadAsStringAsync());

        var found = await GetAsync("/open-apis/apaas/v1/workspaces/workspace_new/tables/odd%20%22name%22/records?filter=a%20b%3Dgt.1");
        Assert.Equal("it's", Items(found)[0]!["of"]!.ToString());
        Assert.Equal(2, Platform.Workspaces.Rows("workspace_new", "odd \"name\"").Count);
    }

    private async Task<Reply> PreferAsync(string query, JsonArray records, string prefer, string table = Customers)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Sandbox.Url, table + query))
        {
            Content = new StringContent(new JsonObject { ["records"] = records.ToJsonString() }.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", Token);
        request.Headers.Add("Prefer", prefer);
        var answer = await http.SendAsync(request);
        return new((int)answer.StatusCode, answer, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }
}

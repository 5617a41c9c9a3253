using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Applications;

namespace LarkSandbox.Tests.Apaas;

/// <summary>Records of an application's objects, with the app's token.</summary>
public sealed class ObjectTests : SandboxTest
{
    private const string Records = "/open-apis/apaas/v1/applications/" + Application.Namespace + "/objects/order/records";

    private string _token = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _token = await TenantTokenAsync();
    }

    [Fact]
    public async Task A_record_is_made_read_changed_and_deleted()
    {
        var id = (await PostAsync(Records, new JsonObject { ["record"] = """{"subject":"Tea","amount":4.5,"paid":false}""" }, _token)).Data["id"]!.ToString();
        Assert.Equal(0, (await CallAsync(HttpMethod.Patch, $"{Records}/{id}", new JsonObject { ["record"] = """{"paid":true}""" }, _token)).Code);

        var read = await PostAsync($"{Records}/{id}/query", new JsonObject { ["select"] = new JsonArray("_id", "subject", "paid") }, _token);
        Assert.Equal($$"""{"_id":"{{id}}","subject":"Tea","paid":true}""", read.Data["item"]!.ToString());
        Assert.Equal(0, (await CallAsync(HttpMethod.Delete, $"{Records}/{id}", bearer: _token)).Code);
        WorkspaceTest.Refused(await PostAsync($"{Records}/{id}/query", bearer: _token), $"record {id} does not exist");
        WorkspaceTest.Refused(await CallAsync(HttpMethod.Delete, $"{Records}/{id}", bearer: _token), "does not exist");
        WorkspaceTest.Refused(await CallAsync(HttpMethod.Patch, $"{Records}/{id}", new JsonObject { ["record"] = """{"paid":true}""" }, _token), "does not exist");
        Assert.Equal(99991668, (await PostAsync(Records, bearer: Platform.Grant(LiLei.OpenId, "app_engine:object.record:write").Access.Value)).Code);
    }

    [Fact]
    public async Task Of_a_batch_some_may_go_well_and_others_not()
    {
        var made = (await PostAsync($"{Records}/batch_create", new JsonObject { ["records"] = """[{"a":1},{"a":"x"},{"nothing":1}]""" }, _token)).Data["items"]!.AsArray();
        Assert.Equal([true, false, false], made.Select(i => (bool)i!["success"]!));
        Assert.Equal("column nothing of order does not exist", made[2]!["errors"]![0]!["message"]!.ToString());
        var id = made[0]!["id"]!.ToString();

        var changed = (await CallAsync(HttpMethod.Patch, $"{Records}/batch_update", new JsonObject { ["records"] = $$"""[{"_id":"{{id}}","a":2},{"_id":"1","a":2}]""" }, _token)).Data["items"]!.AsArray();
        Assert.Equal([true, false], changed.Select(i => (bool)i!["success"]!));
        var deleted = (await CallAsync(HttpMethod.Delete, $"{Records}/batch_delete", new JsonObject { ["ids"] = new JsonArray(id, id) }, _token)).Data["items"]!.AsArray();
        Assert.Equal([true, false], deleted.Select(i => (bool)i!["success"]!));
    }

    [Theory]
    [InlineData("1", "equals", "2", null, "two")]
    [InlineData("1", "notEquals", "2", null, "one|three")]
    [InlineData("1", "gt", "1", null, "two|three")]
    [InlineData("1", "hasAnyOf", "[1,3]", null, "one|three")]
    [InlineData("1", "lte", "2", "1 and (2 or 3)", "one|two")]
    [InlineData("1", "gte", "3", "1 or 2", "one|three")]
    public async Task Conditions_are_joined_as_the_expression_says(string index, string op, string data, string? logic, string subjects)
    {
        await PostAsync($"{Records}/batch_create", new JsonObject { ["records"] = """[{"a":1,"subject":"one"},{"a":2,"subject":"two"},{"a":3,"subject":"three"}]""" }, _token);
        JsonArray conditions = [Condition(index, "a", op, data)];
        if (logic is not null)
        {
            conditions.Add((JsonNode)Condition("2", "subject", "equals", "\"one\""));
            conditions.Add((JsonNode)Condition("3", "subject", "contain", "\"wo\""));
        }

        var body = new JsonObject { ["select"] = new JsonArray("subject"), ["need_total_count"] = true, ["filter"] = new JsonObject { ["conditions"] = conditions, ["logic_expression"] = logic ?? "1" } };
        var found = await PostAsync($"{Records}/batch_query", body, _token);

        var items = JsonNode.Parse(found.Data["items"]!.ToString())!.AsArray().Select(i => i!["subject"]!.ToString()).ToList();
        Assert.Equal(subjects.Split('|'), items);
        Assert.Equal(items.Count, (int)found.Data["total"]!);
    }

    [Fact]
    public async Task Pages_are_followed_by_token_and_nonsense_is_refused()
    {
        await PostAsync($"{Records}/batch_create", new JsonObject { ["records"] = """[{"a":1},{"a":2},{"a":3}]""" }, _token);
        var first = await QueryAsync("""{"select":["a"],"page_size":2,"use_page_token":true,"order_by":[{"field":"a","direction":"DESC"}]}""");
        Assert.Equal("""[{"a":3},{"a":2}]""", first.Data["items"]!.ToString());
        var next = new JsonObject { ["select"] = new JsonArray("a"), ["page_size"] = 2, ["use_page_token"] = true, ["order_by"] = JsonNode.Parse("""[{"field":"a","direction":"DESC"}]"""), ["page_token"] = first.Data["next_page_token"]!.ToString() };
        Assert.Equal("""[{"a":1}]""", (await PostAsync($"{Records}/batch_query", next, _token)).Data["items"]!.ToString());

        WorkspaceTest.Refused(await QueryAsync("{}"), "select is required");
        WorkspaceTest.Refused(await QueryAsync("""{"select":["a"],"filter":{"conditions":[{"index":"1"}]}}"""), "left must be a metadataVariable");
        WorkspaceTest.Refused(await QueryAsync(Filtered("1 and 2")), "there is no condition 2");
        WorkspaceTest.Refused(await QueryAsync(Filtered("(1")), "not closed");
        WorkspaceTest.Refused(await PostAsync(Records.Replace("/order/", "/nothing/", StringComparison.Ordinal), new JsonObject { ["record"] = "{}" }, _token), "table nothing does not exist");
        Assert.Equal(501, (await PostAsync("/open-apis/apaas/v1/applications/package_sandbox__c/objects/search", bearer: _token)).Status);
    }

    private static JsonObject Condition(string index, string field, string op, string data) => new()
    {
        ["index"] = index,
        ["left"] = new JsonObject { ["type"] = "metadataVariable", ["settings"] = $$"""{"fieldPath":[{"fieldApiName":"{{field}}","objectApiName":"order"}]}""" },
        ["right"] = new JsonObject { ["type"] = "constant", ["settings"] = $$"""{"data":{{data}}}""" },
        ["operator"] = op,
    };

    private static string Filtered(string logic) =>
        $$$"""{"select":["a"],"filter":{"conditions":[{{{Condition("1", "a", "gt", "1").ToJsonString()}}}],"logic_expression":"{{{logic}}}"}}""";

    private Task<Reply> QueryAsync(string body) => PostAsync($"{Records}/batch_query", JsonNode.Parse(body), _token);
}

using System.Text.Json.Nodes;

namespace LarkSandbox.Tests.Apaas;

/// <summary>SQL in a workspace: one statement, with the person's token.</summary>
public sealed class SqlCommandTests : WorkspaceTest
{
    [Fact]
    public async Task Rows_come_as_JSON_in_a_string_and_are_empty_when_there_are_none_to_show()
    {
        Assert.Equal("""[{"name":"Ann","vip":true},{"name":"王一一","vip":true}]""", (await SqlAsync("SELECT name, vip FROM customers WHERE vip ORDER BY _id;")).Data["result"]!.ToString());
        Assert.Equal("[]", (await SqlAsync("SELECT name FROM customers WHERE name = 'nobody'")).Data["result"]!.ToString());
        Assert.Equal("", (await SqlAsync("DELETE FROM customers WHERE name = 'Bob' -- ; DROP TABLE tasks")).Data["result"]!.ToString());
        Assert.Equal(2, (int)Rows(await SqlAsync("/* one; */ WITH c AS (SELECT * FROM customers) SELECT count(*) AS n FROM c"))[0]!["n"]!);
        Assert.Equal(";'", Rows(await SqlAsync("SELECT ';''' AS x"))[0]!["x"]!.ToString());
    }

    [Fact]
    public async Task Who_wrote_a_row_is_noted_here_too()
    {
        Assert.Equal("", (await SqlAsync("INSERT INTO tasks (title) VALUES ('by SQL')")).Data["result"]!.ToString());
        var other = Platform.Grant(Ava.OpenId, Scopes).Access.Value;
        await PostAsync($"{Root}/sql_commands", new JsonObject { ["sql"] = "UPDATE tasks SET state = 'done' WHERE title = 'by SQL'" }, other);

        var row = Rows(await SqlAsync("SELECT _created_by, _updated_by FROM tasks WHERE title = 'by SQL'"))[0]!;
        Assert.Equal((LiLei.OpenId, Ava.OpenId), (row["_created_by"]!.ToString(), row["_updated_by"]!.ToString()));
        Assert.Equal(2, Platform.Calls.Of("POST /open-apis/apaas/v1/workspaces/:workspace_id/sql_commands", LiLei.OpenId));
    }

    [Fact]
    public async Task A_workspace_does_not_grow_beyond_its_bound()
    {
        Refused(await SqlAsync("INSERT INTO tasks (title) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 40) SELECT hex(randomblob(500000)) FROM n"), "full");
        Assert.Equal(4, (int)(await GetAsync(Tasks)).Data["total"]!);
        Assert.Equal(0, (await SqlAsync("INSERT INTO tasks (title) VALUES ('still there')")).Code);
    }

    [Fact]
    public async Task Only_a_person_may_and_only_with_the_scope()
    {
        var path = $"{Root}/sql_commands";
        var sql = new JsonObject { ["sql"] = "SELECT 1" };
        Assert.Equal(99991663, (await PostAsync(path, sql.DeepClone(), await TenantTokenAsync())).Code);
        Assert.Equal(99991679, (await PostAsync(path, sql.DeepClone(), Platform.Grant(Ava.OpenId, "app_engine:workspace.table:read").Access.Value)).Code);
    }
}

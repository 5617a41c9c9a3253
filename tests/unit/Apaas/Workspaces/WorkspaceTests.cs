using LarkService.Apaas.Workspaces;
using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace LarkService.UnitTests.Apaas.Workspaces;

/// <summary>What goes to the platform for a workspace, and what callers get of its answers.</summary>
public sealed class WorkspaceTests : IDisposable
{
    private const string Workspace = "workspace_fake0000001";
    private const string Root = "/open-apis/apaas/v1/workspaces/" + Workspace;
    private const string Student = Root + "/tables/student";
    private const string Records = Student + "/records";
    private const string Read = "app_engine:workspace.table.record:read";
    private const string Write = "app_engine:workspace.table.record:write";
    private static readonly TableName Table = new(Workspace, "student");
    private readonly ApaasScene _scene = new();
    private readonly WorkspaceClient _client;
    private readonly TableSchemas _schemas;

    public WorkspaceTests()
    {
        _client = new WorkspaceClient(_scene.Calls);
        _schemas = new TableSchemas(_client, _scene.Clock);
        _scene.Platform.Answer(Student, 200, """{"code":0,"data":{"name":"student","description":"","columns":[{"name":"_id","data_type":"uuid","is_primary_key":true},{"name":"name","data_type":"varchar","is_allow_null":true},{"name":"age","data_type":"int4"}]}}""");
    }

    [Fact]
    public async Task Sql_goes_out_as_it_is_and_its_rows_come_back_as_json()
    {
        await _scene.GrantAsync("app_engine:workspace.sql_commands:write");
        _scene.Platform.Answer(Root + "/sql_commands", OpenPlatform.Recorded("apaas-sql-commands-select"), OpenPlatform.Recorded("apaas-sql-commands-delete"));
        var sql = new RunSql(_client);

        var rows = await ApaasScene.RunAsync(sql, new(Workspace, "SELECT name FROM student WHERE name <> '王'"));
        var none = await ApaasScene.RunAsync(sql, new(Workspace, "DELETE FROM student"));

        Assert.Equal((200, "Ann", "王一一"), (rows.Status, (string?)rows.Json()["result"]![0]!["name"], (string?)rows.Json()["result"]![1]!["name"]));
        Assert.Equal("""{"result":null}""", none.Text());
        var sent = _scene.Platform.To(Root + "/sql_commands")[0];
        Assert.Equal(("Bearer access-1", "SELECT name FROM student WHERE name <> '王'"), (sent.Authorization, (string?)sent.Json["sql"]));
        Assert.False(sql.IsSafeToRepeat);
    }

    [Fact]
    public async Task Sql_and_writes_have_the_time_they_take_and_reads_are_repeated_instead()
    {
        var calls = new MadeCalls();
        var client = new WorkspaceClient(calls);
        var record = """{"name":"Ann"}""".Element();

        await client.SqlAsync(Some.User, Workspace, "DELETE FROM student", default);
        await client.UpdateAsync(Some.User, Table, "age=gt.18", record, default);
        await client.UpdateEachAsync(Some.User, Table, record, default);
        await client.CreateAsync(Some.User, new(Table, record, null, null, null, []), default);
        await client.DeleteAsync(Some.User, Table, "age=gt.18", default);
        await client.TableAsync(Some.User, Table, default);

        Assert.Equal(
            [("POST sql_commands", true), ("PATCH records", true), ("PATCH records_batch_update", true), ("POST records", true), ("DELETE records", true), ("GET student", false)],
            calls.Made);
    }

    [Fact]
    public async Task A_page_of_records_is_asked_for_with_everything_escaped()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Records, OpenPlatform.Recorded("apaas-workspace-records"));

        var answer = await ApaasScene.RunAsync(
            new ListRecords(_client, _schemas), new(Table, 2, "p&1", ["_id", "name"], "and=(name.eq.\"a%26b\")", ["age.desc", "name"], ["_id", "name", "age"]));

        Assert.Equal("""{"items":[{"_id":"1","name":"Ann"},{"_id":"2","name":"Bob"}],"hasMore":true,"nextCursor":"FAKE-PAGE-2","total":3}""", answer.Text());
        var query = QueryHelpers.ParseQuery(_scene.Platform.To(Records).Single().Url.Query).ToDictionary(p => p.Key, p => p.Value.ToString());
        Assert.Equal(
            [("filter", "and=(name.eq.\"a%26b\")"), ("order", "age.desc,name"), ("page_size", "2"), ("page_token", "p&1"), ("select", "_id,name")],
            query.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => (p.Key, p.Value)));
    }

    [Theory]
    [InlineData("""{"code":0,"data":{"items":[],"has_more":false}}""")]
    [InlineData("""{"code":0,"data":{"items":""}}""")]
    [InlineData("""{"code":0,"data":{"items":"[]","page_token":"left over"}}""")]
    [InlineData("""{"code":0}""")]
    public async Task No_records_are_an_empty_page_however_the_platform_puts_it(string body)
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Records, 200, body);

        var answer = (await ApaasScene.RunAsync(new ListRecords(_client, _schemas), new(Table, 50, null, null, null, null, []))).Json();

        Assert.Empty(answer["items"]!.AsArray());
        Assert.Equal((false, null), ((bool)answer["hasMore"]!, (string?)answer["nextCursor"]));
    }

    [Fact]
    public async Task Records_are_written_as_json_in_a_text_to_the_last_character()
    {
        await _scene.GrantAsync(Write);
        _scene.Platform.Answer(Records, 200, """{"code":0,"data":{"record_ids":["r1","r2"]}}""");
        var records = """[{"name":"'; DROP TABLE student; --","age":12345678901234567890},{"name":"王\"\\\u0001","age":null}]""".Element();

        var answer = await ApaasScene.RunAsync(
            new CreateRecords(_client, _schemas), new(Table, records, ["name", "age"], ["name"], "missing=default, resolution=merge-duplicates", ["name", "age"]));

        Assert.Equal("""{"recordIds":["r1","r2"]}""", answer.Text());
        var sent = _scene.Platform.To(Records).Single();
        var written = ((string)sent.Json["records"]!).Element();
        Assert.Equal(("'; DROP TABLE student; --", "12345678901234567890"), (written[0].GetProperty("name").GetString(), written[0].GetProperty("age").GetRawText()));
        Assert.Equal("王\"\\\u0001", written[1].GetProperty("name").GetString());
        Assert.Equal("?columns=name%2Cage&on_conflict=name", sent.Url.Query);
        Assert.Equal("missing=default, resolution=merge-duplicates", sent.Prefer);
    }

    [Fact]
    public async Task Changes_go_by_a_filter_or_each_by_its_id_and_deletions_by_a_filter()
    {
        await _scene.GrantAsync(Write);
        _scene.Platform.Answer(Student + "/records", 200, """{"code":0,"data":{"record_ids":["r1"]}}""");
        _scene.Platform.Answer(Student + "/records_batch_update", 200, """{"code":0,"data":{"record_ids":["r2"]}}""");
        var update = new UpdateRecords(_client, _schemas);

        var byFilter = await ApaasScene.RunAsync(update, new(Table, "age=gt.18", """{"name":"Ann"}""".Element(), ["age", "name"]));
        var each = await ApaasScene.RunAsync(update, new(Table, null, """[{"_id":"r2","name":"Bob"}]""".Element(), ["_id", "name"]));
        var gone = await ApaasScene.RunAsync(new DeleteRecords(_client, _schemas), new(Table, "age=gt.90", ["age"]));

        Assert.Equal(("""{"recordIds":["r1"]}""", """{"recordIds":["r2"]}"""), (byFilter.Text(), each.Text()));
        Assert.Equal((204, null, 0), (gone.Status, gone.ContentType, gone.Body.Length));
        Assert.Equal(
            [("PATCH", "?filter=age%3Dgt.18", """{"record":"{\"name\":\"Ann\"}"}"""), ("DELETE", "?filter=age%3Dgt.90", "")],
            _scene.Platform.To(Records).Select(c => (c.Method.Method, c.Url.Query, c.Body)));
        Assert.Equal("""[{"_id":"r2","name":"Bob"}]""", (string?)_scene.Platform.To(Student + "/records_batch_update").Single().Json["records"]);
    }

    [Theory]
    [InlineData("name; DROP TABLE student")]
    [InlineData("grade")]
    public async Task A_column_that_the_table_lacks_is_named_with_those_it_has_and_nothing_is_sent(string column)
    {
        await _scene.GrantAsync(Write);

        var answer = await ApaasScene.RunAsync(new DeleteRecords(_client, _schemas), new(Table, $"{column}=eq.1", [column]));

        Assert.Equal($"'{column}' is no column of the table 'student'. It has: _id, name, age.", (string?)answer.MustBeProblem(400, "validation")["detail"]);
        Assert.Empty(_scene.Platform.To(Records));
    }

    [Fact]
    public async Task What_a_table_has_is_asked_once_a_minute_and_once_more_for_a_name_it_did_not_have()
    {
        await _scene.GrantAsync(Read);
        _scene.Platform.Answer(Records, OpenPlatform.Recorded("apaas-workspace-records"));
        async Task<int> ListAsync(params string[] columns) =>
            (await ApaasScene.RunAsync(new ListRecords(_client, _schemas), new(Table, 50, null, columns, null, null, columns))).Status;
        int Looks() => _scene.Platform.To(Student).Count(c => c.Url.AbsolutePath == Student);

        await ListAsync("name");
        await ListAsync("age", "_created_at");
        Assert.Equal(1, Looks());
        _scene.Clock.Advance(TimeSpan.FromSeconds(61));
        await ListAsync("name");
        Assert.Equal(2, Looks());

        _scene.Platform.Answer(Student, 200, """{"code":0,"data":{"name":"student","columns":[{"name":"grade"}]}}""");
        _scene.Platform.Answer(Records, OpenPlatform.Recorded("apaas-workspace-records"));
        Assert.Equal((200, 3), (await ListAsync("grade"), Looks()));
        Assert.Equal((400, 4), (await ListAsync("name"), Looks()));
    }

    [Fact]
    public async Task A_table_that_is_not_there_is_not_found_and_those_that_are_are_named()
    {
        await _scene.GrantAsync(Read);
        _scene.Platform.Answer(Root + "/tables/nothing", OpenPlatform.Recorded("apaas-function-invoke-error"));
        _scene.Platform.Answer(Root + "/tables", 200, """{"code":0,"data":{"items":[{"name":"student"},{"name":"班级"}],"has_more":false}}""");

        var answer = await ApaasScene.RunAsync(new DescribeTable(_client, _schemas), new(new TableName(Workspace, "nothing")));

        Assert.Equal($"There is no table 'nothing' in {Workspace}. There are: student, 班级.", (string?)answer.MustBeProblem(404, "not-found")["detail"]);
    }

    [Fact]
    public async Task Another_fault_of_the_platform_comes_through_as_it_is()
    {
        await _scene.GrantAsync(Read);
        _scene.Platform.Answer(Root + "/tables", OpenPlatform.Recorded("apaas-function-invoke-error"));

        var fault = await Assert.ThrowsAsync<PlatformException>(() => ApaasScene.RunAsync(new DescribeTable(_client, _schemas), new(new TableName(Workspace, "nothing"))));

        Assert.Equal((2320001, "param is invalid"), (fault.Error.Code, fault.Error.Message));
    }

    [Fact]
    public async Task Tables_are_listed_with_their_columns()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Root + "/tables", 200, """{"code":0,"data":{"items":[{"name":"student","description":"All of them","columns":[{"name":"name","data_type":"varchar","is_unique":true,"default_value":"x"}]}],"has_more":true,"page_token":"p2"}}""");

        var answer = await ApaasScene.RunAsync(new ListTables(_client), new(Workspace, 1, null));

        Assert.Equal(
            """{"items":[{"name":"student","description":"All of them","columns":[{"name":"name","type":"varchar","description":null,"isPrimaryKey":false,"isUnique":true,"isArray":false,"allowsNull":false,"default":"x"}]}],"hasMore":true,"nextCursor":"p2"}""",
            answer.Text());
    }

    [Fact]
    public async Task Without_a_grant_the_least_scopes_are_named_and_nothing_is_sent()
    {
        var gap = (await Assert.ThrowsAsync<ConsentRequiredException>(() => ApaasScene.RunAsync(new ListRecords(_client, _schemas), new(Table, 50, null, null, null, null, [])))).Gap;

        Assert.Equal((ConsentReason.NotGranted, ScopeSet.Of("app_engine:workspace.table:read")), (gap.Reason, gap.MissingScopes));
        Assert.Equal(ScopeSet.Of("app_engine:workspace.table:read", Read), new ListRecords(_client, _schemas).Scopes);
        Assert.Empty(_scene.Platform.Calls);
    }

    [Fact]
    public async Task Who_may_write_records_reads_them_without_being_asked_again()
    {
        await _scene.GrantAsync($"{Write} app_engine:workspace.table:write");
        _scene.Platform.Answer(Records, OpenPlatform.Recorded("apaas-workspace-records"));

        Assert.Equal(200, (await ApaasScene.RunAsync(new ListRecords(_client, _schemas), new(Table, 50, null, null, null, null, []))).Status);
    }

    [Fact]
    public async Task A_write_that_lacks_its_scope_is_not_sent()
    {
        await _scene.GrantAsync(Read);

        var gap = (await Assert.ThrowsAsync<ConsentRequiredException>(() => ApaasScene.RunAsync(new DeleteRecords(_client, _schemas), new(Table, "age=gt.1", ["age"])))).Gap;

        Assert.Equal((ConsentReason.ScopesMissing, ScopeSet.Of(Write)), (gap.Reason, gap.MissingScopes));
        Assert.Empty(_scene.Platform.To(Records));
    }

    public void Dispose() => _scene.Dispose();

    /// <summary>Calls that succeed, and how they were made.</summary>
    private sealed class MadeCalls : IUserCalls
    {
        public List<(string Call, bool TakesLong)> Made { get; } = [];

        public Task<PlatformAnswer> SendAsync(
            UserKey user, ScopeSet scopes, HttpMethod method, string path, object? body, bool repeatable, CancellationToken ct, string? prefer = null, bool takesLong = false)
        {
            Made.Add(($"{method} {path.Split('?')[0].Split('/')[^1]}", takesLong));
            return Task.FromResult(PlatformAnswer.Read(200, """{"code":0,"data":{}}"""u8.ToArray()));
        }
    }
}

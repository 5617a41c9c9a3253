using System.Text.Json;
using LarkService.Apaas;
using LarkService.Apaas.Workspaces;

namespace LarkService.UnitTests.Apaas.Workspaces;

/// <summary>What is wrong with a request is seen before anything is sent.</summary>
public sealed class RequestTests
{
    [Theory]
    [InlineData("workspace_aadimx5uzpsls", true)]
    [InlineData("workspace_", false)]
    [InlineData("app_1", false)]
    [InlineData("workspace_a/../b", false)]
    [InlineData("workspace_a\n", false)]
    [InlineData("workspace_é", false)]
    public void Workspaces_are_known_by_their_shape(string id, bool good) => Assert.Equal(good, ApaasNames.FaultInWorkspace(id) is null);

    [Theory]
    [InlineData("student", true)]
    [InlineData("_t1", true)]
    [InlineData("学生", true)]
    [InlineData("1student", false)]
    [InlineData("tasks; drop table tasks", false)]
    [InlineData("tasks\"", false)]
    [InlineData("tasks'--", false)]
    [InlineData("tasks,records", false)]
    [InlineData("..", false)]
    [InlineData("a/b", false)]
    [InlineData("a%2fb", false)]
    [InlineData("a\u202eb", false)]
    [InlineData("", false)]
    public void Names_of_tables_and_columns_hold_nothing_that_means_something(string name, bool good)
    {
        Assert.Equal(good, ApaasNames.FaultInTable(name) is null);
        Assert.Equal(good, ApaasNames.FaultInColumn(name, "select") is null);
    }

    [Fact]
    public void A_name_has_63_characters_at_most_and_is_shown_shortened()
    {
        Assert.Null(ApaasNames.FaultInTable(new string('a', 63)));
        Assert.StartsWith($"'{new string('a', 40)}…' is no table name", ApaasNames.FaultInTable(new string('a', 64)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"sql":"SELECT 1"}""", null)]
    [InlineData("""{"sql":"SELECT $1","params":[1]}""", "without parameters")]
    [InlineData("""{"sql":"SELECT 1; SELECT 2"}""", "several statements")]
    [InlineData("{}", "sql is missing")]
    public void Sql(string body, string? words) => Says(words, Read<SqlRequest>(body).Fault());

    [Theory]
    [InlineData("""{"records":[{"name":"a"}]}""", null)]
    [InlineData("""{"records":[{"name":"a"}],"onConflict":["name"],"resolution":"merge-duplicates","missing":"default"}""", null)]
    [InlineData("{}", "a list of 1 to 500")]
    [InlineData("""{"records":[]}""", "a list of 1 to 500")]
    [InlineData("""{"records":{"name":"a"}}""", "a list of 1 to 500")]
    [InlineData("""{"records":[1]}""", "records[0] takes an object")]
    [InlineData("""{"records":[{"name":"a"},{}]}""", "records[1] takes an object")]
    [InlineData("""{"records":[{"na me":"a"}]}""", "records[0]: 'na me' is no column name")]
    [InlineData("""{"records":[{"name":"a","name":"b"}]}""", "twice")]
    [InlineData("""{"records":[{"name":"\ud800"}]}""", "half a character")]
    [InlineData("""{"records":[{"\udc00":"a"}]}""", "half a character")]
    [InlineData("""{"records":[{"name":"a"}],"columns":["a,b"]}""", "columns: 'a,b' is no column name")]
    [InlineData("""{"records":[{"name":"a"}],"columns":[null]}""", "columns: '' is no column name")]
    [InlineData("""{"records":[{"name":"a"}],"onConflict":["name"]}""", "needs a resolution")]
    [InlineData("""{"records":[{"name":"a"}],"resolution":"merge"}""", "merge-duplicates, ignore-conflicts")]
    [InlineData("""{"records":[{"name":"a"}],"missing":"null"}""", "missing is 'default'")]
    public void New_records(string body, string? words) => Says(words, Read<CreateRecordsRequest>(body).Fault());

    [Fact]
    public void No_more_than_500_records_at_once()
    {
        Says(null, Read<CreateRecordsRequest>($$"""{"records":[{{string.Join(',', Enumerable.Repeat("{\"a\":1}", 500))}}]}""").Fault());
        Says("1 to 500", Read<CreateRecordsRequest>($$"""{"records":[{{string.Join(',', Enumerable.Repeat("{\"a\":1}", 501))}}]}""").Fault());
    }

    [Theory]
    [InlineData("""{"filter":"age=gt.18","record":{"name":"a"}}""", null)]
    [InlineData("""{"records":[{"_id":"1","name":"a"},{"name":"b","_id":"2"}]}""", null)]
    [InlineData("""{"record":{"name":"a"}}""", "filter is missing")]
    [InlineData("""{"filter":"age=gt.18"}""", "record takes an object")]
    [InlineData("""{"filter":"age=gt.18","record":{"_id":"1"}}""", "cannot be written")]
    [InlineData("""{"filter":"age=gt.18","records":[{"_id":"1","name":"a"}]}""", "not both")]
    [InlineData("""{"records":[{"name":"a"}]}""", "records[0] lacks its _id")]
    [InlineData("""{"records":[{"_id":null,"name":"a"}]}""", "records[0] lacks its _id")]
    [InlineData("""{"records":[{"_id":"1"}]}""", "changes nothing")]
    [InlineData("""{"records":[{"_id":"1","name":"a"},{"_id":"2","age":1}]}""", "records[1] has other columns")]
    public void Changes(string body, string? words) => Says(words, Read<UpdateRecordsRequest>(body).Fault());

    [Theory]
    [InlineData("age", null)]
    [InlineData("age.desc.nullslast,name.asc,_id.nullsfirst", null)]
    [InlineData("age.down", "is none")]
    [InlineData("age.desc.desc", "is none")]
    [InlineData("age.nullslast.desc", "is none")]
    [InlineData("age desc", "no column name")]
    [InlineData("age,", "no column name")]
    [InlineData("age,age.desc", "twice")]
    public void Orders(string order, string? words) => Says(words, RecordInputs.FaultInOrder(RecordInputs.List(order)));

    [Fact]
    public void Every_column_that_a_request_names_is_held_against_the_table()
    {
        var create = Read<CreateRecordsRequest>("""{"records":[{"a":1},{"b":1}],"columns":["c"],"onConflict":["d"],"resolution":"merge-duplicates"}""").To(new("workspace_1", "t"));
        Assert.Equal(["a", "b", "c", "d"], create.Named);
        Assert.Equal("resolution=merge-duplicates", create.Prefer);

        var request = Read<UpdateRecordsRequest>("""{"filter":{"or":[{"column":"a","op":"gt","value":1},{"column":"b","op":"gt","value":1}]},"record":{"c":1}}""");
        var update = request.To(new("workspace_1", "t"), WrittenFilter.Of(request.Filter!.Value, out _));
        Assert.Equal(["c", "a", "b"], update.Columns);
        Assert.Equal("or=(a.gt.1,b.gt.1)", update.Filter);
    }

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web)!;

    private static void Says(string? words, string? fault)
    {
        if (words is null)
        {
            Assert.Null(fault);
        }
        else
        {
            Assert.Contains(words, fault, StringComparison.Ordinal);
        }
    }
}

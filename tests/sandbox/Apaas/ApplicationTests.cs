using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Applications;

namespace LarkSandbox.Tests.Apaas;

/// <summary>Functions and flows: the app's token only; the person is a parameter.</summary>
public sealed class ApplicationTests : SandboxTest
{
    private const string Root = "/open-apis/apaas/v1/applications/" + Application.Namespace;

    private string _token = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _token = await TenantTokenAsync();
    }

    [Theory]
    [InlineData("echo", """{"text":"你好","n":3}""", """{"text":"你好","n":3}""")]
    [InlineData("add", """{"a":1.5,"b":2}""", """{"sum":3.5}""")]
    [InlineData("whoami", "{}", """{"open_id":null}""")]
    public async Task A_function_answers_JSON_in_a_string(string name, string parameters, string result)
    {
        Assert.Equal(result, (await InvokeAsync(name, parameters)).Data["result"]!.ToString());
        Assert.Equal((name, parameters), (Assert.Single(Platform.ApplicationCalls.All).Name, Platform.ApplicationCalls.All[0].Params));
    }

    [Fact]
    public async Task A_function_knows_the_person_it_is_told()
    {
        var about = await InvokeAsync("whoami", new JsonObject { ["operator_open_id"] = Ava.OpenId }.ToJsonString());
        Assert.Equal("Ava Stone", JsonNode.Parse(about.Data["result"]!.ToString())!["name"]!.ToString());
    }

    [Theory]
    [InlineData("fail", "{}", "as it was asked to")]
    [InlineData("unknown", "{}", "function unknown does not exist")]
    [InlineData("add", """{"a":"x"}""", "a must be a number")]
    [InlineData("echo", "[]", "params must be a JSON object")]
    [InlineData("echo", "{", "params must be a JSON object")]
    public async Task What_goes_wrong_in_a_function_is_one_code(string name, string parameters, string words) => WorkspaceTest.Refused(await InvokeAsync(name, parameters), words);

    [Fact]
    public async Task The_token_of_a_person_is_not_taken()
    {
        var user = Platform.Grant(LiLei.OpenId, "app_engine:application.function:write", "app_engine:flow:write").Access.Value;
        Assert.Equal("user access token not support", (await PostAsync($"{Root}/functions/echo/invoke", bearer: user)).Body["msg"]!.ToString());
        Assert.Equal(99991668, (await PostAsync($"{Root}/flows/{FlowsApi.Approve}/execute", bearer: user)).Code);
        WorkspaceTest.Refused(await PostAsync("/open-apis/apaas/v1/applications/package_other__c/functions/echo/invoke", bearer: _token), "application package_other__c does not exist");
    }

    [Fact]
    public async Task A_flow_runs_for_its_operator_and_hands_out_what_it_made()
    {
        var ran = await ExecuteAsync(FlowsApi.Approve, new JsonObject { ["email"] = "ava@sandbox.example" }, new JsonObject { ["variable_a"] = 1 });

        Assert.Equal(("end", "", ""), (ran.Data["status"]!.ToString(), ran.Data["error_msg"]!.ToString(), ran.Data["code"]!.ToString()));
        var values = JsonNode.Parse(ran.Data["out_params"]!.ToString())!.AsArray().ToDictionary(p => p!["api_name"]!.ToString(), p => p!["value"]!.ToString());
        Assert.Equal((ran.Data["execution_id"]!.ToString(), "1800000000000003", "1"), (values["_flowExecutionID"], values["operator_id"], values["variable_a"]));
        Assert.Equal(Ava.OpenId, Assert.Single(Platform.ApplicationCalls.All).Operator);
        Assert.Equal(0, (await ExecuteAsync(FlowsApi.Approve, new JsonObject { ["_id"] = 1800000000000001, ["email"] = LiLei.Email })).Code);
    }

    [Fact]
    public async Task A_flow_that_fails_inside_answers_code_0_all_the_same()
    {
        var ran = await ExecuteAsync(FlowsApi.Broken, new JsonObject { ["_id"] = 1800000000000001 });

        Assert.Equal((200, 0L), (ran.Status, ran.Code!.Value));
        Assert.Equal(("failed", "node 3 failed", "k_wf_ec_000001", ""), (ran.Data["status"]!.ToString(), ran.Data["error_msg"]!.ToString(), ran.Data["code"]!.ToString(), ran.Data["out_params"]!.ToString()));
    }

    [Fact]
    public async Task A_repeated_key_is_an_error_and_runs_nothing()
    {
        var me = new JsonObject { ["email"] = LiLei.Email };
        Assert.Equal(0, (await ExecuteAsync(FlowsApi.Approve, me, key: "k1")).Code);
        WorkspaceTest.Refused(await ExecuteAsync(FlowsApi.Approve, me, key: "k1"), "idempotent_key was used before");
        Assert.Single(Platform.ApplicationCalls.All);
    }

    [Fact]
    public async Task Operators_nobody_knows_are_refused()
    {
        WorkspaceTest.Refused(await ExecuteAsync(FlowsApi.Approve, []), "operator needs _id or email");
        WorkspaceTest.Refused(await ExecuteAsync(FlowsApi.Approve, new JsonObject { ["email"] = "nobody@sandbox.example" }), "operator does not exist");
        WorkspaceTest.Refused(await ExecuteAsync(FlowsApi.Approve, new JsonObject { ["_id"] = 1800000000000002, ["email"] = LiLei.Email }), "operator does not exist");
        WorkspaceTest.Refused(await ExecuteAsync("unknown_flow", new JsonObject { ["email"] = LiLei.Email }), "flow unknown_flow does not exist");
        WorkspaceTest.Refused(await PostAsync($"{Root}/flows/{FlowsApi.Approve}/execute", bearer: _token), "operator is required");
        Platform.Faults.Leave(Ava.OpenId);
        WorkspaceTest.Refused(await ExecuteAsync(FlowsApi.Approve, new JsonObject { ["email"] = Ava.Email }), "operator does not exist");
    }

    private Task<Reply> InvokeAsync(string name, string parameters) => PostAsync($"{Root}/functions/{name}/invoke", new JsonObject { ["params"] = parameters }, _token);

    private Task<Reply> ExecuteAsync(string flow, JsonObject who, JsonObject? parameters = null, string? key = null)
    {
        var body = new JsonObject { ["operator"] = who.ToJsonString() };
        if (parameters is not null)
        {
            body["params"] = parameters.ToJsonString();
        }

        if (key is not null)
        {
            body["idempotent_key"] = key;
        }

        return PostAsync($"{Root}/flows/{flow}/execute", body, _token);
    }
}

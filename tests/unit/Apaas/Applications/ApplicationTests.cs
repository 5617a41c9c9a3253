using System.Text.Json;
using LarkService.Apaas;
using LarkService.Apaas.Applications;
using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Apaas.Applications;

/// <summary>Functions and flows: the app's token, the user's grant, and what callers get.</summary>
public sealed class ApplicationTests : IDisposable
{
    private const string Functions = "/open-apis/apaas/v1/applications/package_fake__c/functions";
    private const string Flow = "/open-apis/apaas/v1/applications/package_fake__c/flows/approve_0000000001/execute";
    private readonly ApaasScene _scene = new();
    private readonly InvokeFunction _invoke;
    private readonly ExecuteFlow _execute;

    public ApplicationTests()
    {
        (_invoke, _execute) = (new InvokeFunction(_scene.AppCalls), new ExecuteFlow(_scene.AppCalls));
        _scene.Platform.Answer(Functions, OpenPlatform.Recorded("apaas-function-invoke"));
        _scene.Platform.Answer(Flow, OpenPlatform.Recorded("apaas-flow-execute"));
    }

    [Fact]
    public async Task A_function_is_called_as_the_app_with_its_params_in_a_text_and_its_result_is_json()
    {
        await _scene.GrantAsync();

        var answer = await ApaasScene.RunAsync(_invoke, new("package_fake__c", "summarize", """{"text":"hi","n":3}"""));

        Assert.Equal("""{"result":{"summary":"hi hi hi"}}""", answer.Text());
        var sent = _scene.Platform.To(Functions + "/summarize/invoke").Single();
        Assert.Equal(("Bearer t-1", """{"text":"hi","n":3}"""), (sent.Authorization, (string?)sent.Json["params"]));
        Assert.Equal(1, _scene.Meters.Sum("lark_service.api.calls", ("outcome", "ok")));
    }

    [Theory]
    [InlineData("""{"result":"\"a text\""}""", "\"a text\"")]
    [InlineData("""{"result":"no json"}""", "\"no json\"")]
    [InlineData("""{"result":"12"}""", "12")]
    [InlineData("""{"result":{"a":1}}""", """{"a":1}""")]
    [InlineData("""{"result":""}""", "null")]
    [InlineData("""{"result":null}""", "null")]
    [InlineData("{}", "null")]
    public async Task Whatever_a_function_returns_is_its_result(string data, string result)
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Functions, 200, $$"""{"code":0,"data":{{data}}}""");

        Assert.Equal($$"""{"result":{{result}}}""", (await ApaasScene.RunAsync(_invoke, new("package_fake__c", "summarize", null))).Text());
        Assert.Equal("{}", _scene.Platform.To(Functions).Single().Body);
    }

    [Fact]
    public async Task A_limit_that_is_over_soon_is_waited_out_once()
    {
        await _scene.GrantAsync();
        var asked = 0;
        _scene.Platform.When(Functions, (_, _) =>
        {
            asked++;
            var answer = OpenPlatform.Response(400, """{"code":99991400}""");
            answer.Headers.Add("x-ogw-ratelimit-reset", "1");
            return Task.FromResult(answer);
        });

        var running = ApaasScene.RunAsync(_invoke, new("package_fake__c", "summarize", null));
        await _scene.Clock.SomeoneWaitsForAsync(1);
        Assert.Equal(1, asked);
        _scene.Clock.AdvanceSeconds(1);

        Assert.True((await Assert.ThrowsAsync<PlatformException>(() => running.Soon())).Error.IsRateLimit);
        Assert.Equal(2, asked);
        Assert.Equal(1, _scene.Meters.Sum("lark_service.api.calls", ("outcome", "rate_limited")));
    }

    [Fact]
    public async Task Who_has_not_agreed_is_asked_before_anything_is_sent()
    {
        var function = await Assert.ThrowsAsync<ConsentRequiredException>(() => ApaasScene.RunAsync(_invoke, new("package_fake__c", "summarize", null)));
        var flow = await Assert.ThrowsAsync<ConsentRequiredException>(() => ApaasScene.RunAsync(_execute, new("package_fake__c", "approve_0000000001", null, null, "k")));

        Assert.Equal((ConsentReason.NotGranted, ConsentReason.NotGranted), (function.Gap.Reason, flow.Gap.Reason));
        Assert.Empty(_scene.Platform.Calls);
        Assert.Equal(1, _scene.Meters.Sum("lark_service.api.calls", ("outcome", "consent_required")));
    }

    [Fact]
    public async Task The_platforms_refusal_comes_through_whole()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Functions, OpenPlatform.Recorded("apaas-function-invoke-error"));

        var error = (await Assert.ThrowsAsync<PlatformException>(() => ApaasScene.RunAsync(_invoke, new("package_fake__c", "unknown", "{}")))).Error;

        Assert.Equal((2320001, "param is invalid"), (error.Code, error.Message));
        Assert.Equal(1, _scene.Meters.Sum("lark_service.api.calls", ("outcome", "refused")));
    }

    [Fact]
    public async Task What_the_app_lacks_is_told_to_the_operators()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Functions, OpenPlatform.Recorded("error-app-scope-missing"));

        await Assert.ThrowsAsync<PlatformException>(() => ApaasScene.RunAsync(_invoke, new("package_fake__c", "summarize", "{}")));

        Assert.Single(_scene.Alerts.Told);
    }

    [Fact]
    public async Task A_flow_runs_for_the_user_by_their_address_and_with_a_key()
    {
        await _scene.GrantAsync();

        var answer = await ApaasScene.RunAsync(_execute, new("package_fake__c", "approve_0000000001", """{"variable_a":1}""", null, "key-1"));

        Assert.Equal("""{"status":"end","executionId":"1816000000000001","outParams":{"_flowExecutionID":1816000000000001}}""", answer.Text());
        var sent = _scene.Platform.To(Flow).Single();
        Assert.Equal("Bearer t-1", sent.Authorization);
        Assert.Equal(
            ("""{"email":"zhang@example.com"}""", """{"variable_a":1}""", "key-1"),
            ((string?)sent.Json["operator"], (string?)sent.Json["params"], (string?)sent.Json["idempotent_key"]));
        Assert.False(_execute.IsSafeToRepeat);
    }

    [Fact]
    public async Task A_flow_runs_for_whom_the_caller_names()
    {
        await _scene.GrantAsync();
        await _scene.ForgetEmailAsync();

        await ApaasScene.RunAsync(_execute, new("package_fake__c", "approve_0000000001", null, """{"_id":1800000000000001}""", "key-1"));

        Assert.Equal("""{"_id":1800000000000001}""", (string?)_scene.Platform.To(Flow).Single().Json["operator"]);
    }

    [Fact]
    public async Task Where_the_address_is_not_known_the_scope_that_brings_it_is_named()
    {
        await _scene.GrantAsync();
        await _scene.ForgetEmailAsync();

        var answer = await ApaasScene.RunAsync(_execute, new("package_fake__c", "approve_0000000001", null, null, "key-1"));

        Assert.Contains("contact:user.email:readonly", (string?)answer.MustBeProblem(400, "validation")["detail"], StringComparison.Ordinal);
        Assert.Empty(_scene.Platform.To(Flow));
    }

    [Fact]
    public async Task A_flow_that_fails_inside_a_call_that_succeeds_is_the_platforms_error_with_both()
    {
        await _scene.GrantAsync();
        _scene.Platform.When(Flow, (_, _) =>
        {
            var (status, body) = OpenPlatform.Recorded("apaas-flow-execute-failed");
            var response = OpenPlatform.Response(status, body);
            response.Headers.Add("X-Tt-Logid", "log-1");
            return Task.FromResult(response);
        });

        var problem = (await ApaasScene.RunAsync(_execute, new("package_fake__c", "approve_0000000001", null, null, "key-1"))).MustBeProblem(502, "platform-error");

        Assert.Equal(
            ("k_wf_ec_000001", "node 3 failed", "log-1", "1816000000000002"),
            ((string?)problem["code"], (string?)problem["msg"], (string?)problem["logId"], (string?)problem["executionId"]));
    }

    [Theory]
    [InlineData("", "{}")]
    [InlineData("""[{"api_name":"a","value":{"b":[1]}},{"api_name":"c"}]""", """{"a":{"b":[1]},"c":null}""")]
    [InlineData("""{"odd":1}""", """{"odd":1}""")]
    [InlineData("""[1,2]""", "[1,2]")]
    [InlineData("words", "\"words\"")]
    public async Task Out_params_stand_under_their_names(string outParams, string shown)
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Flow, 200, $$$"""{"code":0,"data":{"status":"end","execution_id":"1","out_params":{{{JsonSerializer.Serialize(outParams)}}},"code":"0"}}""");

        var answer = await ApaasScene.RunAsync(_execute, new("package_fake__c", "approve_0000000001", null, null, "key-1"));

        Assert.Equal(shown, answer.Json()["outParams"]!.ToJsonString());
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"params":{"a":1},"includeOperator":true}""", null)]
    [InlineData("""{"params":[1]}""", "an object")]
    [InlineData("""{"params":"{}"}""", "an object")]
    [InlineData("""{"params":{"operator_open_id":"ou_other"}}""", "includeOperator")]
    [InlineData("""{"params":{"\u006fperator_open_id":"ou_other"},"includeOperator":true}""", "includeOperator")]
    [InlineData("""{"params":{"a":1,"a":2},"includeOperator":true}""", "twice")]
    [InlineData("""{"params":{"a":"\udfff"}}""", "half a character")]
    public void Function_requests(string body, string? words) => Says(words, JsonSerializer.Deserialize<FunctionRequest>(body, JsonSerializerOptions.Web)!.Fault());

    [Theory]
    [InlineData("""{"params":{"n":12345678901234567890,"t":"王"},"includeOperator":true}""", """{"n":12345678901234567890,"t":"\u738B","operator_open_id":"ou_1"}""")]
    [InlineData("""{"includeOperator":true}""", """{"operator_open_id":"ou_1"}""")]
    [InlineData("""{"params":{ "n": 1.0 }}""", """{ "n": 1.0 }""")]
    [InlineData("{}", null)]
    public void Params_go_as_they_are_and_with_the_user_where_that_is_wanted(string body, string? wrapped) =>
        Assert.Equal(wrapped, JsonSerializer.Deserialize<FunctionRequest>(body, JsonSerializerOptions.Web)!.Wrapped("ou_1"));

    [Theory]
    [InlineData("""{"operator":{"_id":1800000000000001,"email":"a@example.com"},"idempotencyKey":"k1"}""", null)]
    [InlineData("""{"operator":{"_id":"1"}}""", "operator takes")]
    [InlineData("""{"operator":{}}""", "operator takes")]
    [InlineData("""{"operator":{"email":"nobody"}}""", "operator takes")]
    [InlineData("""{"operator":{"_id":1,"role":"admin"}}""", "operator takes")]
    [InlineData("""{"operator":"ou_1"}""", "operator takes")]
    [InlineData("""{"params":1}""", "an object")]
    [InlineData("""{"idempotencyKey":""}""", "1 to 64")]
    [InlineData("""{"idempotencyKey":"a b"}""", "1 to 64")]
    public void Flow_requests(string body, string? words) => Says(words, JsonSerializer.Deserialize<FlowRequest>(body, JsonSerializerOptions.Web)!.Fault());

    [Theory]
    [InlineData("package_a1b2c3__c", true)]
    [InlineData("../im", false)]
    [InlineData("a.b", false)]
    [InlineData("a b", false)]
    [InlineData("名", false)]
    public void Names_are_known_by_their_shape(string name, bool good)
    {
        Assert.Equal(good, ApaasNames.FaultInNamespace(name) is null);
        Assert.Equal(good, ApaasNames.FaultInFunction(name) is null);
        Assert.Equal(good, ApaasNames.FaultInFlow(name) is null);
    }

    public void Dispose() => _scene.Dispose();

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

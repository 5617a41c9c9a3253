namespace LarkService.Hosting.OpenApi.Routes;

/// <summary>Of <c>Apaas/Applications</c>.</summary>
internal static class ApplicationRoutes
{
    private const string App = "/api/v1/apaas/{namespace}";
    private const string Says = "The platform takes the app's token only; the user must have agreed to this app acting for them all the same. It is sent once, and may take 100 seconds.";

    public static RouteDoc[] All { get; } =
    [
        new("POST", App + "/functions/{name}/invoke", "invokeFunction", "Call a function, for somebody who has agreed")
        {
            Says = Says + " With `includeOperator` the function learns who, as `operator_open_id` of its params.",
            ActsFor = ActsFor.UserInBody,
            Requests = [("text", """{"openId": "ou_c245b0a7dff2725cfa2fb104f8b48b9d", "params": {"text": "hi"}, "includeOperator": true}""")],
            Answers = [AnswerDoc.With(200, "What it returned.", """{"result": {"summary": "hi hi hi"}}""") with { Schema = "FunctionResult" }],
            Parameters = { ["name"] = """{"description": "The function's API name.", "example": "summarize"}""" },
        },
        new("POST", App + "/flows/{flowId}/execute", "executeFlow", "Run a flow, for somebody who has agreed")
        {
            Says = Says + " Without `operator` the user's own e-mail address is used. A flow that ended with an error is a 502 `platform-error` with its `executionId`.",
            ActsFor = ActsFor.UserInBody,
            Requests = [("days", """{"openId": "ou_c245b0a7dff2725cfa2fb104f8b48b9d", "params": {"days": 3}, "operator": {"email": "ava@example.com"}}""")],
            Answers = [AnswerDoc.With(200, "It has ended.", """{"status": "end", "executionId": "1816000000000001", "outParams": {"approved": true}}""") with { Schema = "FlowResult" }],
            Parameters = { ["flowId"] = """{"description": "The flow's API name.", "example": "approve_0000000001"}""" },
        },
    ];
}

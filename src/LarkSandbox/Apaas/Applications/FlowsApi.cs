using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.Apaas.Applications;

/// <summary>
/// <c>POST /open-apis/apaas/v1/applications/:namespace/flows/:flow_id/execute</c>. A flow runs for an operator. One that fails inside
/// answers code 0 all the same; a repeated idempotent_key is an error, not a replay. What is asked to run behind runs at once here.
/// </summary>
internal sealed class FlowsApi(FlowOperators operators, ApplicationCalls calls)
{
    /// <summary>Ends well, and hands its parameters on.</summary>
    public const string Approve = "approve_0000000001";

    /// <summary>Fails at its third node.</summary>
    public const string Broken = "broken_0000000001";

    private const int MostKeys = 10_000;

    private readonly ConcurrentDictionary<string, bool> _keys = new();
    private long _lastExecution = 1_816_000_000_000_000;

    public async Task<IResult> ExecuteAsync(HttpContext http, string application, string flowId, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return ApaasAnswer.Of(() =>
        {
            Application.Demand(application);
            if (flowId is not (Approve or Broken))
            {
                throw new FormatException($"flow {flowId} does not exist");
            }

            var user = operators.Find(ApaasBody.Record(body, "operator"));
            var parameters = body?["params"] is null ? [] : ApaasBody.Record(body, "params");
            UseKey(body.Text("idempotent_key"));
            calls.Add(flowId, Json.Write(parameters), user.OpenId);
            return Ended(flowId, parameters, user, Interlocked.Increment(ref _lastExecution));
        });
    }

    private JsonObject Ended(string flowId, JsonObject parameters, DemoUser user, long execution)
    {
        var failed = flowId == Broken;
        return new JsonObject
        {
            ["status"] = failed ? "failed" : "end",
            ["out_params"] = failed ? "" : Json.Write(OutParams(parameters, user, execution)),
            ["execution_id"] = execution.ToString(CultureInfo.InvariantCulture),
            ["error_msg"] = failed ? "node 3 failed" : "",
            ["code"] = failed ? "k_wf_ec_000001" : "",
        };
    }

    private JsonArray OutParams(JsonObject parameters, DemoUser user, long execution)
    {
        var named = parameters.Select(p => Named(p.Key, p.Value?.DeepClone()));
        return new JsonArray([Named("_flowExecutionID", execution), Named("operator_id", operators.IdOf(user)), .. named]);
    }

    private static JsonObject Named(string name, JsonNode? value) => new() { ["api_name"] = name, ["value"] = value };

    private void UseKey(string? key)
    {
        if (_keys.Count >= MostKeys)
        {
            _keys.Clear();
        }

        if (key is not null && !_keys.TryAdd(key, true))
        {
            throw new FormatException("idempotent_key was used before");
        }
    }
}

using System.Text.Json;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;
using LarkService.Platform.Http;
using LarkService.Platform.OpenApi;

namespace LarkService.Apaas.Applications;

/// <summary>
/// Runs a flow of an aPaaS app, a hundred times a minute for an app and company. Each run carries a key, and the platform runs a key once.
/// But it refuses a key it knows with the code of every other fault, so a run whose answer was lost is not repeated: from a refusal
/// nobody could tell that it ran.
/// </summary>
internal sealed class ExecuteFlow(AppCalls calls) : ApaasOperation<ExecuteFlow.Call>
{
    private const string EmailScope = "contact:user.email:readonly";

    public override string Kind => "apaas-flow";

    /// <summary>The flow runs as the app: the user's agreement is required, no scope of theirs.</summary>
    public override ScopeSet Scopes => ScopeSet.Empty;

    protected override async Task<OperationAnswer> AnswerAsync(UserKey user, Call call, CancellationToken ct)
    {
        await calls.RequireGrantAsync(user, ct); // before their address is looked for
        if ((call.Operator ?? await OwnAsync(user, ct)) is not { } who)
        {
            return OperationAnswer.Problem(Problems.Validation(
                $"A flow needs an operator, and this user's e-mail address is not known. Their consent to {EmailScope} brings it (POST /api/v1/authorizations); or name somebody in operator, by _id or email."));
        }

        var path = $"/open-apis/apaas/v1/applications/{Uri.EscapeDataString(call.Namespace)}/flows/{Uri.EscapeDataString(call.FlowId)}/execute";
        var answer = await calls.SendAsync(user, HttpMethod.Post, path, new { @operator = who, @params = call.Params, idempotent_key = call.Key }, ct);
        return Faults(answer) ?? OperationAnswer.Json(new { status = answer.Data.Text("status"), executionId = answer.Data.Words("execution_id"), outParams = OutParams(answer.Data) });
    }

    private async Task<string?> OwnAsync(UserKey user, CancellationToken ct) =>
        await calls.EmailAsync(user, ct) is { } email ? JsonSerializer.Serialize(new { email = email.Reveal() }, WireJson.Options) : null;

    /// <summary>The call may succeed while the flow fails: the fault stands one level deeper.</summary>
    private static OperationAnswer? Faults(PlatformAnswer answer)
    {
        var (code, words) = (answer.Data.Words("code"), answer.Data.Words("error_msg"));
        return code is null or "0" && words is null ? null : OperationAnswer.Problem(Problems.Of(
            "platform-error",
            StatusCodes.Status502BadGateway,
            "The flow failed",
            "Feishu/Lark ran the flow, and it ended with an error.",
            ("code", code), ("msg", words), ("logId", answer.LogId), ("executionId", answer.Data.Words("execution_id"))));
    }

    /// <returns>Each value under its name; what has another shape as it is.</returns>
    private static object OutParams(JsonElement data)
    {
        var given = WrappedJson.Read(data, "out_params");
        if (given is null)
        {
            return new Dictionary<string, JsonElement>();
        }

        if (given is not { ValueKind: JsonValueKind.Array } list || list.EnumerateArray().Any(p => p.Text("api_name") is null))
        {
            return given;
        }

        var values = new Dictionary<string, JsonElement?>(StringComparer.Ordinal);
        foreach (var param in list.EnumerateArray())
        {
            values[param.Text("api_name")!] = param.TryGetProperty("value", out var value) ? value : null;
        }

        return values;
    }

    /// <param name="Namespace">The aPaaS app's.</param>
    /// <param name="FlowId">The flow's API name.</param>
    /// <param name="Params">JSON in a text, as the platform takes it.</param>
    /// <param name="Operator">The same; null: the user.</param>
    /// <param name="Key">The platform runs a flow once for it.</param>
    internal sealed record Call(string Namespace, string FlowId, string? Params, string? Operator, string Key);
}

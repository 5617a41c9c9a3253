using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;

namespace LarkService.Apaas.Applications;

/// <summary>Calls a function of an aPaaS app, ten times a second for an app and company. The platform tells no call from its repetition, so it is never sent twice.</summary>
internal sealed class InvokeFunction(AppCalls calls) : ApaasOperation<InvokeFunction.Call>
{
    public override string Kind => "apaas-function";

    /// <summary>The function runs as the app: the user's agreement is required, no scope of theirs.</summary>
    public override ScopeSet Scopes => ScopeSet.Empty;

    protected override async Task<OperationAnswer> AnswerAsync(UserKey user, Call call, CancellationToken ct)
    {
        var path = $"/open-apis/apaas/v1/applications/{Uri.EscapeDataString(call.Namespace)}/functions/{Uri.EscapeDataString(call.Name)}/invoke";
        var answer = await calls.SendAsync(user, HttpMethod.Post, path, new { @params = call.Params }, ct);
        return OperationAnswer.Json(new { result = WrappedJson.Read(answer.Data, "result") });
    }

    /// <param name="Namespace">The aPaaS app's.</param>
    /// <param name="Name">The function's API name.</param>
    /// <param name="Params">JSON in a text, as the platform takes it.</param>
    internal sealed record Call(string Namespace, string Name, string? Params);
}

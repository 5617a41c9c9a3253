using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;
using LarkService.Platform.Http;

namespace LarkService.Apaas.Applications;

/// <summary>
/// Functions and flows of aPaaS apps, under <c>/api/v1/apaas/{namespace}</c>. The platform takes the app's token only; whoever they
/// are run for must have agreed to this app acting for them all the same.
/// </summary>
internal static class ApplicationEndpoints
{
    public static RouteGroupBuilder MapApplications(this IEndpointRouteBuilder routes)
    {
        var applications = routes.MapGroup("/api/v1/apaas/{namespace}").WithTags("aPaaS").RequirePermission(Permissions.CallsExecute);
        applications.MapPost("/functions/{name}/invoke", InvokeAsync);
        applications.MapPost("/flows/{flowId}/execute", ExecuteAsync);
        return applications;
    }

    private static async Task<IResult> InvokeAsync(
        string @namespace, string name, FunctionRequest request, InvokeFunction invoke, CallerOperations operations, LarkApps apps, HttpContext http, CancellationToken ct)
    {
        if (!CallTarget.TryRead(request.AppId, request.OpenId, ScopeSet.Empty, "openId", apps, out var target, out var problem))
        {
            return problem;
        }

        return (ApaasNames.FaultInNamespace(@namespace) ?? ApaasNames.FaultInFunction(name) ?? request.Fault()) is { } fault
            ? Problems.Validation(fault)
            : await operations.AnswerAsync(invoke.Of(target.User, new(@namespace, name, request.Wrapped(target.User.OpenId))), http, ct);
    }

    private static async Task<IResult> ExecuteAsync(
        string @namespace, string flowId, FlowRequest request, ExecuteFlow execute, CallerOperations operations, LarkApps apps, HttpContext http, CancellationToken ct)
    {
        if (!CallTarget.TryRead(request.AppId, request.OpenId, ScopeSet.Empty, "openId", apps, out var target, out var problem))
        {
            return problem;
        }

        if ((ApaasNames.FaultInNamespace(@namespace) ?? ApaasNames.FaultInFlow(flowId) ?? request.Fault()) is { } fault)
        {
            return Problems.Validation(fault);
        }

        var call = new ExecuteFlow.Call(
            @namespace, flowId, request.Params?.GetRawText(), request.Operator?.GetRawText(), request.IdempotencyKey ?? Guid.NewGuid().ToString());
        return await operations.AnswerAsync(execute.Of(target.User, call), http, ct);
    }
}

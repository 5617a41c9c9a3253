using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;
using LarkService.Platform.Http;

namespace LarkService.Apaas.Workspaces;

/// <summary>Routes under <c>/api/v1/apaas/workspaces</c>, with the user's token. What is wrong with a request is told before anything is sent.</summary>
internal static class WorkspaceEndpoints
{
    private const string NoFilter = "filter is missing: it says which records are meant. A whole table is not deleted by leaving it out.";

    public static RouteGroupBuilder MapWorkspaces(this IEndpointRouteBuilder routes)
    {
        var workspaces = routes.MapGroup("/api/v1/apaas/workspaces/{workspaceId}").WithTags("aPaaS").RequirePermission(Permissions.CallsExecute);
        workspaces.MapPost("/sql", SqlAsync);
        workspaces.MapGet("/tables", TablesAsync);
        workspaces.MapGet("/tables/{table}", TableAsync);
        workspaces.MapGet("/tables/{table}/records", ListAsync);
        workspaces.MapPost("/tables/{table}/records", CreateAsync);
        workspaces.MapPatch("/tables/{table}/records", UpdateAsync);
        workspaces.MapDelete("/tables/{table}/records", DeleteAsync);
        return workspaces;
    }

    private static async Task<IResult> SqlAsync(
        string workspaceId, SqlRequest request, RunSql sql, CallerOperations operations, LarkApps apps, HttpContext http, CancellationToken ct)
    {
        if (!CallTarget.TryRead(request.AppId, request.OpenId, ScopeSet.Empty, "openId", apps, out var target, out var problem))
        {
            return problem;
        }

        return (ApaasNames.FaultInWorkspace(workspaceId) ?? request.Fault()) is { } fault
            ? Problems.Validation(fault)
            : await operations.AnswerAsync(sql.Of(target.User, new(workspaceId, request.Sql!)), http, ct);
    }

    private static async Task<IResult> TablesAsync(
        string workspaceId, ListTables list, CallerOperations operations, LarkApps apps, HttpContext http, CancellationToken ct, int pageSize = Paging.DefaultLimit, string? cursor = null)
    {
        if (!CallTarget.TryRead(http.Request, apps, out var target, out var problem))
        {
            return problem;
        }

        return (ApaasNames.FaultInWorkspace(workspaceId) ?? FaultIn(pageSize)) is { } fault
            ? Problems.Validation(fault)
            : await operations.AnswerAsync(list.Of(target.User, new(workspaceId, pageSize, cursor)), http, ct);
    }

    private static async Task<IResult> TableAsync(
        string workspaceId, string table, DescribeTable describe, CallerOperations operations, LarkApps apps, HttpContext http, CancellationToken ct)
    {
        if (!CallTarget.TryRead(http.Request, apps, out var target, out var problem))
        {
            return problem;
        }

        var name = new TableName(workspaceId, table);
        return name.Fault() is { } fault ? Problems.Validation(fault) : await operations.AnswerAsync(describe.Of(target.User, new(name)), http, ct);
    }

    private static async Task<IResult> ListAsync(
        string workspaceId, string table, ListRecords list, CallerOperations operations, LarkApps apps, HttpContext http, CancellationToken ct,
        string? select = null, string? filter = null, string? order = null, int pageSize = Paging.DefaultLimit, string? cursor = null)
    {
        if (!CallTarget.TryRead(http.Request, apps, out var target, out var problem))
        {
            return problem;
        }

        var name = new TableName(workspaceId, table);
        var (columns, orders) = (select == "*" ? null : RecordInputs.List(select), RecordInputs.List(order));
        var which = WrittenFilter.Of(filter, out var faultInFilter);
        if ((name.Fault() ?? FaultIn(pageSize) ?? RecordInputs.FaultInColumns(columns, "select") ?? RecordInputs.FaultInOrder(orders) ?? faultInFilter) is { } fault)
        {
            return Problems.Validation(fault);
        }

        string[] named = [.. (columns ?? []).Concat(RecordInputs.OrderColumns(orders)).Concat(which?.Columns ?? []).Distinct(StringComparer.Ordinal)];
        return await operations.AnswerAsync(list.Of(target.User, new(name, pageSize, cursor, columns, which?.Text, orders, named)), http, ct);
    }

    private static async Task<IResult> CreateAsync(
        string workspaceId, string table, CreateRecordsRequest request, CreateRecords create, CallerOperations operations, LarkApps apps, HttpContext http, CancellationToken ct)
    {
        if (!CallTarget.TryRead(request.AppId, request.OpenId, ScopeSet.Empty, "openId", apps, out var target, out var problem))
        {
            return problem;
        }

        var name = new TableName(workspaceId, table);
        return (name.Fault() ?? request.Fault()) is { } fault
            ? Problems.Validation(fault)
            : await operations.AnswerAsync(create.Of(target.User, request.To(name)), http, ct);
    }

    private static async Task<IResult> UpdateAsync(
        string workspaceId, string table, UpdateRecordsRequest request, UpdateRecords update, CallerOperations operations, LarkApps apps, HttpContext http, CancellationToken ct)
    {
        if (!CallTarget.TryRead(request.AppId, request.OpenId, ScopeSet.Empty, "openId", apps, out var target, out var problem))
        {
            return problem;
        }

        var name = new TableName(workspaceId, table);
        string? faultInFilter = null;
        var which = request.Filter is { } filter ? WrittenFilter.Of(filter, out faultInFilter) : null;
        return (name.Fault() ?? request.Fault() ?? faultInFilter) is { } fault
            ? Problems.Validation(fault)
            : await operations.AnswerAsync(update.Of(target.User, request.To(name, which)), http, ct);
    }

    private static async Task<IResult> DeleteAsync(
        string workspaceId, string table, DeleteRecords delete, CallerOperations operations, LarkApps apps, HttpContext http, CancellationToken ct, string? filter = null)
    {
        if (!CallTarget.TryRead(http.Request, apps, out var target, out var problem))
        {
            return problem;
        }

        var name = new TableName(workspaceId, table);
        var which = WrittenFilter.Of(filter, out var faultInFilter);
        if ((name.Fault() ?? faultInFilter) is { } fault)
        {
            return Problems.Validation(fault);
        }

        return which is null
            ? Problems.Validation(NoFilter)
            : await operations.AnswerAsync(delete.Of(target.User, new(name, which.Text, which.Columns)), http, ct);
    }

    private static string? FaultIn(int pageSize) =>
        pageSize is < 1 or > ListRecords.MostRecords ? $"pageSize is {pageSize}: it must be between 1 and {ListRecords.MostRecords}." : null;
}

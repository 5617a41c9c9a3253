using LarkSandbox.Apaas.Applications;
using LarkSandbox.Apaas.Workspaces;
using Microsoft.AspNetCore.Mvc;

namespace LarkSandbox.Apaas;

/// <summary>The aPaaS routes: workspaces (a person's token), applications (the app's), and the way in for tests.</summary>
internal static class ApaasEndpoints
{
    public static void MapApaas(this IEndpointRouteBuilder routes)
    {
        routes.MapGroup("/open-apis/apaas/v1/workspaces/{workspaceId}").MapWorkspaces();
        routes.MapGroup("/open-apis/apaas/v1/applications/{application}").MapApplications();
    }

    public static void MapWorkspaceSeeds(this IEndpointRouteBuilder workspaces)
    {
        workspaces.MapGet("", ([FromServices] WorkspaceSeedApi api) => api.List());
        workspaces.MapPost("", (HttpContext http, [FromServices] WorkspaceSeedApi api, CancellationToken ct) => api.AddAsync(http, ct));
        workspaces.MapGet("/{workspaceId}/tables/{table}", (string workspaceId, string table, [FromServices] WorkspaceSeedApi api) => api.Rows(workspaceId, table));
        workspaces.MapPost("/{workspaceId}/tables", (HttpContext http, string workspaceId, [FromServices] WorkspaceSeedApi api, CancellationToken ct) => api.AddTableAsync(http, workspaceId, ct));
    }

    private static void MapWorkspaces(this IEndpointRouteBuilder workspace)
    {
        workspace.MapGet("/tables", (HttpContext http, string workspaceId, [FromServices] SchemaApi api) => api.Tables(http, workspaceId));
        workspace.MapGet("/tables/{table}", (string workspaceId, string table, [FromServices] SchemaApi api) => api.Table(workspaceId, table));
        workspace.MapGet("/enums", (HttpContext http, string workspaceId, [FromServices] SchemaApi api) => api.Enums(http, workspaceId));
        workspace.MapGet("/enums/{name}", (string workspaceId, string name, [FromServices] SchemaApi api) => api.Enum(workspaceId, name));
        workspace.MapPost("/sql_commands", (HttpContext http, string workspaceId, [FromServices] SqlApi api, CancellationToken ct) => api.HandleAsync(http, workspaceId, ct));
        workspace.MapGet("/tables/{table}/records", (HttpContext http, string workspaceId, string table, [FromServices] RecordsApi api) => api.List(http, workspaceId, table));
        workspace.MapGet("/views/{view}/records", (HttpContext http, string workspaceId, string view, [FromServices] RecordsApi api) => api.ListView(http, workspaceId, view));
        workspace.MapPost("/tables/{table}/records", (HttpContext http, string workspaceId, string table, [FromServices] RecordsApi api, CancellationToken ct) => api.InsertAsync(http, workspaceId, table, ct));
        workspace.MapPatch("/tables/{table}/records", (HttpContext http, string workspaceId, string table, [FromServices] RecordsApi api, CancellationToken ct) => api.UpdateAsync(http, workspaceId, table, ct));
        workspace.MapPatch("/tables/{table}/records_batch_update", (HttpContext http, string workspaceId, string table, [FromServices] RecordsApi api, CancellationToken ct) => api.UpdateEachAsync(http, workspaceId, table, ct));
        workspace.MapDelete("/tables/{table}/records", (HttpContext http, string workspaceId, string table, [FromServices] RecordsApi api) => api.Delete(http, workspaceId, table));
    }

    private static void MapApplications(this IEndpointRouteBuilder applications)
    {
        applications.MapPost("/functions/{name}/invoke", (HttpContext http, string application, string name, [FromServices] FunctionsApi api, CancellationToken ct) => api.InvokeAsync(http, application, name, ct));
        applications.MapPost("/flows/{flowId}/execute", (HttpContext http, string application, string flowId, [FromServices] FlowsApi api, CancellationToken ct) => api.ExecuteAsync(http, application, flowId, ct));
        var records = applications.MapGroup("/objects/{name}/records");
        records.MapPost("", (HttpContext http, string application, string name, [FromServices] ObjectsApi api, CancellationToken ct) => api.CreateAsync(http, application, name, ct));
        records.MapPost("/{id}/query", (HttpContext http, string application, string name, string id, [FromServices] ObjectsApi api, CancellationToken ct) => api.QueryAsync(http, application, name, id, ct));
        records.MapPatch("/{id}", (HttpContext http, string application, string name, string id, [FromServices] ObjectsApi api, CancellationToken ct) => api.UpdateAsync(http, application, name, id, ct));
        records.MapDelete("/{id}", (string application, string name, string id, [FromServices] ObjectsApi api) => api.Delete(application, name, id));
        records.MapPost("/batch_query", (HttpContext http, string application, string name, [FromServices] ObjectsApi api, CancellationToken ct) => api.FindAsync(http, application, name, ct));
        records.MapPost("/batch_create", (HttpContext http, string application, string name, [FromServices] ObjectBatchesApi api, CancellationToken ct) => api.CreateAsync(http, application, name, ct));
        records.MapPatch("/batch_update", (HttpContext http, string application, string name, [FromServices] ObjectBatchesApi api, CancellationToken ct) => api.UpdateAsync(http, application, name, ct));
        records.MapDelete("/batch_delete", (HttpContext http, string application, string name, [FromServices] ObjectBatchesApi api, CancellationToken ct) => api.DeleteAsync(http, application, name, ct));
    }
}

using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;

namespace LarkService.Apaas.Workspaces;

/// <summary>Lists a workspace's tables with their columns.</summary>
internal sealed class ListTables(WorkspaceClient workspaces) : ApaasOperation<ListTables.Call>
{
    public override string Kind => "apaas-tables";

    public override ScopeSet Scopes => WorkspaceScopes.ReadTables;

    public override bool IsSafeToRepeat => true;

    protected override async Task<OperationAnswer> AnswerAsync(UserKey user, Call call, CancellationToken ct) =>
        OperationAnswer.Json(await workspaces.TablesAsync(user, call.WorkspaceId, call.Limit, call.Cursor, ct));

    internal sealed record Call(string WorkspaceId, int Limit, string? Cursor);
}

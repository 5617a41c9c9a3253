using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;

namespace LarkService.Apaas.Workspaces;

/// <summary>Tells which columns a table has.</summary>
internal sealed class DescribeTable(WorkspaceClient workspaces, TableSchemas schemas) : ApaasOperation<DescribeTable.Call>
{
    public override string Kind => "apaas-table";

    public override ScopeSet Scopes => WorkspaceScopes.ReadTables;

    public override bool IsSafeToRepeat => true;

    protected override async Task<OperationAnswer> AnswerAsync(UserKey user, Call call, CancellationToken ct) =>
        await schemas.ProblemAsync(user, call.Table, columns: [], ct) is { } problem
            ? OperationAnswer.Problem(problem)
            : OperationAnswer.Json(await workspaces.TableAsync(user, call.Table, ct));

    internal sealed record Call(TableName Table);
}

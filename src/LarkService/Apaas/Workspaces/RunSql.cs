using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;

namespace LarkService.Apaas.Workspaces;

/// <summary>Runs one SQL statement. What it does nobody knows beforehand, so it is never sent twice.</summary>
internal sealed class RunSql(WorkspaceClient workspaces) : ApaasOperation<RunSql.Call>
{
    public override string Kind => "apaas-sql";

    public override ScopeSet Scopes => WorkspaceScopes.Sql;

    protected override async Task<OperationAnswer> AnswerAsync(UserKey user, Call call, CancellationToken ct) =>
        OperationAnswer.Json(new { result = await workspaces.SqlAsync(user, call.WorkspaceId, call.Sql, ct) });

    internal sealed record Call(string WorkspaceId, string Sql);
}

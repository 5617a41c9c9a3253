using System.Text.Json;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;

namespace LarkService.Apaas.Workspaces;

/// <summary>Changes records: the same in all that a filter finds, or each by its id.</summary>
internal sealed class UpdateRecords(WorkspaceClient workspaces, TableSchemas schemas) : ApaasOperation<UpdateRecords.Call>
{
    public override string Kind => "apaas-records-update";

    public override ScopeSet Scopes { get; } = WorkspaceScopes.ReadTables.Union(WorkspaceScopes.WriteRecords);

    protected override async Task<OperationAnswer> AnswerAsync(UserKey user, Call call, CancellationToken ct)
    {
        if (await schemas.ProblemAsync(user, call.Table, call.Columns, ct) is { } problem)
        {
            return OperationAnswer.Problem(problem);
        }

        var ids = call.Filter is null
            ? await workspaces.UpdateEachAsync(user, call.Table, call.Values, ct)
            : await workspaces.UpdateAsync(user, call.Table, call.Filter, call.Values, ct);
        return OperationAnswer.Json(new { recordIds = ids });
    }

    /// <param name="Table">Whose records.</param>
    /// <param name="Filter">Which ones, as the platform takes it; null: each record of <paramref name="Values"/> names its own.</param>
    /// <param name="Values">One object with a filter, else a list of objects with <c>_id</c>.</param>
    /// <param name="Columns">Every column that is named.</param>
    internal sealed record Call(TableName Table, string? Filter, JsonElement Values, IReadOnlyList<string> Columns);
}

using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;

namespace LarkService.Apaas.Workspaces;

/// <summary>Deletes the records that a filter finds.</summary>
internal sealed class DeleteRecords(WorkspaceClient workspaces, TableSchemas schemas) : ApaasOperation<DeleteRecords.Call>
{
    public override string Kind => "apaas-records-delete";

    public override ScopeSet Scopes { get; } = WorkspaceScopes.ReadTables.Union(WorkspaceScopes.WriteRecords);

    protected override async Task<OperationAnswer> AnswerAsync(UserKey user, Call call, CancellationToken ct)
    {
        if (await schemas.ProblemAsync(user, call.Table, call.Columns, ct) is { } problem)
        {
            return OperationAnswer.Problem(problem);
        }

        await workspaces.DeleteAsync(user, call.Table, call.Filter, ct);
        return new(StatusCodes.Status204NoContent, null, ReadOnlyMemory<byte>.Empty);
    }

    /// <param name="Table">Whose records.</param>
    /// <param name="Filter">Which ones, as the platform takes it.</param>
    /// <param name="Columns">Every column that is named.</param>
    internal sealed record Call(TableName Table, string Filter, IReadOnlyList<string> Columns);
}

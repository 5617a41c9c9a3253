using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;

namespace LarkService.Apaas.Workspaces;

/// <summary>Reads a page of a table's records.</summary>
internal sealed class ListRecords(WorkspaceClient workspaces, TableSchemas schemas) : ApaasOperation<ListRecords.Call>
{
    public const int MostRecords = 500;

    public override string Kind => "apaas-records-list";

    public override ScopeSet Scopes { get; } = WorkspaceScopes.ReadTables.Union(WorkspaceScopes.ReadRecords);

    public override bool IsSafeToRepeat => true;

    protected override async Task<OperationAnswer> AnswerAsync(UserKey user, Call call, CancellationToken ct)
    {
        if (await schemas.ProblemAsync(user, call.Table, call.Columns, ct) is { } problem)
        {
            return OperationAnswer.Problem(problem);
        }

        var (page, total) = await workspaces.RecordsAsync(user, call, ct);
        return OperationAnswer.Json(new { page.Items, page.HasMore, page.NextCursor, total });
    }

    /// <param name="Table">Whose records.</param>
    /// <param name="Limit">How many at most.</param>
    /// <param name="Cursor">Where the page before ended.</param>
    /// <param name="Select">Columns wanted; null for all.</param>
    /// <param name="Filter">As the platform takes it; null for every record.</param>
    /// <param name="Order">As the platform takes it.</param>
    /// <param name="Columns">Every column that is named.</param>
    internal sealed record Call(
        TableName Table, int Limit, string? Cursor, IReadOnlyList<string>? Select, string? Filter, IReadOnlyList<string>? Order, IReadOnlyList<string> Columns);
}

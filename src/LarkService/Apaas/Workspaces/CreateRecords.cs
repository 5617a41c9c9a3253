using System.Text.Json;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;

namespace LarkService.Apaas.Workspaces;

/// <summary>Adds records, or changes those that are there already.</summary>
internal sealed class CreateRecords(WorkspaceClient workspaces, TableSchemas schemas) : ApaasOperation<CreateRecords.Call>
{
    public override string Kind => "apaas-records-create";

    public override ScopeSet Scopes { get; } = WorkspaceScopes.ReadTables.Union(WorkspaceScopes.WriteRecords);

    protected override async Task<OperationAnswer> AnswerAsync(UserKey user, Call call, CancellationToken ct) =>
        await schemas.ProblemAsync(user, call.Table, call.Named, ct) is { } problem
            ? OperationAnswer.Problem(problem)
            : OperationAnswer.Json(new { recordIds = await workspaces.CreateAsync(user, call, ct) });

    /// <param name="Table">Where to.</param>
    /// <param name="Records">A list of objects.</param>
    /// <param name="Columns">The columns to write; null for those the records have.</param>
    /// <param name="OnConflict">What tells that a record is there already; null for the primary key.</param>
    /// <param name="Prefer">What to do then, and with what a record leaves out, as the platform's header has it.</param>
    /// <param name="Named">Every column that is named.</param>
    internal sealed record Call(
        TableName Table, JsonElement Records, IReadOnlyList<string>? Columns, IReadOnlyList<string>? OnConflict, string? Prefer, IReadOnlyList<string> Named);
}

namespace LarkService.Apaas.Workspaces;

/// <summary>A table of a workspace, both by names that fit their shape.</summary>
/// <param name="WorkspaceId"><c>workspace_…</c></param>
/// <param name="Name">The table's.</param>
internal readonly record struct TableName(string WorkspaceId, string Name)
{
    public string? Fault() => ApaasNames.FaultInWorkspace(WorkspaceId) ?? ApaasNames.FaultInTable(Name);

    public override string ToString() => Name;
}

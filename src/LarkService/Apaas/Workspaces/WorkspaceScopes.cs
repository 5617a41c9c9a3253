using LarkService.Platform;

namespace LarkService.Apaas.Workspaces;

/// <summary>What workspaces need of the user: the least that does. Who may write may read as well, so where a read has two scopes the platform decides.</summary>
internal static class WorkspaceScopes
{
    public static ScopeSet Sql { get; } = ScopeSet.Of("app_engine:workspace.sql_commands:write");

    public static ScopeSet ReadTables { get; } = ScopeSet.Of("app_engine:workspace.table:read");

    public static ScopeSet ReadRecords { get; } = ScopeSet.Of("app_engine:workspace.table.record:read");

    public static ScopeSet WriteRecords { get; } = ScopeSet.Of("app_engine:workspace.table.record:write");
}

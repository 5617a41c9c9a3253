using LarkSandbox.Apaas.Tables;

namespace LarkSandbox.Apaas.Workspaces;

/// <summary>A workspace: its tables, its views and the words its columns may hold.</summary>
internal sealed class Workspace(string id, TableDatabase database) : IDisposable
{
    public string Id => id;

    public TableDatabase Database => database;

    public List<WorkspaceEnum> Enums { get; } = [];

    public void Dispose() => database.Dispose();
}

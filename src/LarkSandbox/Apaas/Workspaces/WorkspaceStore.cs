using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Tables;

namespace LarkSandbox.Apaas.Workspaces;

/// <summary>The tenant's workspaces, at most 100; each is a database of its own. One is there from the start.</summary>
internal sealed class WorkspaceStore : IDisposable
{
    public const string DemoId = "workspace_demo0000001";

    private const int Most = 100;
    private const long FirstId = 1;

    private readonly ConcurrentDictionary<string, Workspace> _workspaces = new();
    private readonly TimeProvider _clock;

    public WorkspaceStore(TimeProvider clock)
    {
        _clock = clock;
        DemoWorkspace.Fill(Add(DemoId), clock);
    }

    public IReadOnlyCollection<Workspace> All => [.. _workspaces.Values.OrderBy(w => w.Id, StringComparer.Ordinal)];

    /// <summary>An empty one.</summary>
    public Workspace Add(string id)
    {
        if (_workspaces.Count >= Most)
        {
            throw new FormatException($"there are {Most} workspaces already");
        }

        var workspace = new Workspace(id, new TableDatabase(_clock, FirstId));
        if (_workspaces.TryAdd(id, workspace))
        {
            return workspace;
        }

        workspace.Dispose();
        throw new FormatException($"workspace {id} exists already");
    }

    /// <summary>Throws <see cref="FormatException"/> when this tenant has no such workspace.</summary>
    public Workspace Get(string id) => _workspaces.TryGetValue(id, out var workspace) ? workspace : throw new FormatException($"workspace {id} does not exist");

    /// <summary>Every row of a table as it is now, oldest first.</summary>
    public JsonArray Rows(string workspaceId, string table)
    {
        var database = Get(workspaceId).Database;
        var name = database.GetTable(table).Name;
        return database.Use("", commands => commands.Rows($"SELECT * FROM {Sql.Name(name)} ORDER BY rowid", new()));
    }

    public void Dispose()
    {
        foreach (var workspace in _workspaces.Values)
        {
            workspace.Dispose();
        }
    }
}

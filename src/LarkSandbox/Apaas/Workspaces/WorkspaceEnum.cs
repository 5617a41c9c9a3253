namespace LarkSandbox.Apaas.Workspaces;

/// <summary>A set of words that a column may hold.</summary>
internal sealed record WorkspaceEnum(string Name, string Description, IReadOnlyList<string> Options, DateTimeOffset CreatedAt);

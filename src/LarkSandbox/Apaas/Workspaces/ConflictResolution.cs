namespace LarkSandbox.Apaas.Workspaces;

/// <summary>What becomes of a record that is there already.</summary>
internal enum ConflictResolution
{
    /// <summary>It is changed.</summary>
    Merge,

    /// <summary>It stays as it is.</summary>
    Ignore,
}

namespace LarkSandbox.Tests.Apaas;

/// <summary>One workspace for all tests of a class, none of which changes anything in it.</summary>
public sealed class SharedWorkspace : WorkspaceTest;

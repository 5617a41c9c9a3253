namespace LarkSandbox.LongConnection;

/// <summary>An open connection as the page shows it.</summary>
internal sealed record OpenConnectionView(string Id, long OpenedAt, long? LastPingAt, bool Silent);

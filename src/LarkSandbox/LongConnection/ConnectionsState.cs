namespace LarkSandbox.LongConnection;

/// <summary>The connections as the page shows them.</summary>
internal sealed record ConnectionsState(int Limit, IReadOnlyList<OpenConnectionView> Open, IReadOnlyList<ConnectionMoment> History);

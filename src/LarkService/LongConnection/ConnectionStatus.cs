namespace LarkService.LongConnection;

/// <summary>
/// The one account of one connection: its supervisor writes it; health, metrics, console and tests read it. What is read is
/// a snapshot that does not change any more.
/// </summary>
internal sealed class ConnectionStatus(string appId, int number, TimeProvider clock, Action changed)
{
    private readonly Lock _lock = new();
    private ConnectionSnapshot _snapshot = new(appId, number, new ConnectionPhase.Connecting(0), clock.GetUtcNow());

    public string AppId => appId;

    /// <summary>1, 2, … within the app.</summary>
    public int Number => number;

    public ConnectionSnapshot Snapshot
    {
        get
        {
            lock (_lock)
            {
                return _snapshot;
            }
        }
    }

    public ConnectionPhase Phase => Snapshot.Phase;

    public bool IsConnected => Phase is ConnectionPhase.Connected;

    public void Publish(ConnectionPhase phase) => Change(before => before with
    {
        Phase = phase,
        Since = phase.GetType() == before.Phase.GetType() ? before.Since : clock.GetUtcNow(),
        ConnectionId = phase is ConnectionPhase.Connected connected ? connected.Connection.Address.ConnectionId : null,
        Config = phase is ConnectionPhase.Connected { Connection.Address.Config: var config } ? config : before.Config,
    });

    public void Pong(ClientConfig config) => Change(before => before with { LastPong = clock.GetUtcNow(), Config = config });

    private void Change(Func<ConnectionSnapshot, ConnectionSnapshot> next)
    {
        lock (_lock)
        {
            _snapshot = next(_snapshot);
        }

        changed();
    }
}

/// <summary>What is known of one connection at one moment.</summary>
/// <param name="AppId">The app it is for.</param>
/// <param name="Number">1, 2, … within the app.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="Since">When it came into this kind of phase.</param>
internal sealed record ConnectionSnapshot(string AppId, int Number, ConnectionPhase Phase, DateTimeOffset Since)
{
    /// <summary>The platform's name of the open connection.</summary>
    public string? ConnectionId { get; init; }

    /// <summary>When the platform last answered a heartbeat, on this or an earlier connection.</summary>
    public DateTimeOffset? LastPong { get; init; }

    /// <summary>What the platform last asked of clients.</summary>
    public ClientConfig? Config { get; init; }

    public string? Reason => Phase.Why?.Words;

    public int ConsecutiveFailures => Phase.FailuresInARow;
}

namespace LarkService.LongConnection;

/// <summary>
/// The one account of one connection: its supervisor writes it; health, metrics, alerts, console and tests read it. What is
/// read is a snapshot that does not change any more.
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
        Since = IsNews(before.Phase, phase) ? clock.GetUtcNow() : before.Since,
        ConnectionId = phase is ConnectionPhase.Connected connected ? connected.Connection.Address.ConnectionId : null,
        Config = phase is ConnectionPhase.Connected { Connection.Address.Config: var config } ? config : before.Config,
    });

    /// <summary>A heartbeat was answered.</summary>
    /// <param name="config">What the platform now asks of clients.</param>
    public void Pong(ClientConfig config) => Change(before => before with { LastPong = clock.GetUtcNow(), Config = config });

    /// <summary>A connection is over.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="lifetime">How long it was open.</param>
    public void Ended(Disconnect reason, TimeSpan lifetime) => Change(before => before with { LastEnd = reason, LastLifetime = lifetime });

    // A successor is a new connection, a failed knock is no new phase.
    private static bool IsNews(ConnectionPhase before, ConnectionPhase now) => before.GetType() != now.GetType() || now is ConnectionPhase.Connected;

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
/// <param name="Since">When it came into this kind of phase; of an open connection: when it was opened.</param>
internal sealed record ConnectionSnapshot(string AppId, int Number, ConnectionPhase Phase, DateTimeOffset Since)
{
    /// <summary>The platform's name of the open connection.</summary>
    public string? ConnectionId { get; init; }

    /// <summary>When the platform last answered a heartbeat, on this or an earlier connection.</summary>
    public DateTimeOffset? LastPong { get; init; }

    /// <summary>What the platform last asked of clients.</summary>
    public ClientConfig? Config { get; init; }

    /// <summary>Why the last connection ended; null until one has.</summary>
    public Disconnect? LastEnd { get; init; }

    /// <summary>How long that one was open.</summary>
    public TimeSpan? LastLifetime { get; init; }

    public string? Reason => Phase.Why?.Words;

    public int ConsecutiveFailures => Phase.FailuresInARow;

    public bool IsConnected => Phase is ConnectionPhase.Connected;
}

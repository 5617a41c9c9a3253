namespace LarkService.LongConnection;

/// <summary>Why there is no connection (any more).</summary>
/// <param name="Kind">One of few, for counting.</param>
/// <param name="Words">For the operator, in plain words; never a secret and never the connection's URL.</param>
internal sealed record Disconnect(DisconnectKind Kind, string Words)
{
    /// <summary>Trying again soon will not help: somebody has to act.</summary>
    public bool IsFatal => Kind is DisconnectKind.CredentialsRefused or DisconnectKind.Forbidden or DisconnectKind.WrongBrand;

    /// <summary>Nothing is wrong; another connection has to go first.</summary>
    public bool StandsBy => Kind is DisconnectKind.TooManyConnections;

    public override string ToString() => $"{Kind}: {Words}";
}

/// <summary>The kinds of <see cref="Disconnect"/>; a label of metrics, so the set stays small.</summary>
internal enum DisconnectKind
{
    /// <summary>The platform closed the connection.</summary>
    ClosedByPlatform,

    /// <summary>No pong for two heartbeats: the connection looks alive and is not.</summary>
    Silent,

    /// <summary>The other end takes no bytes any more.</summary>
    SendTimedOut,

    /// <summary>The network failed under us, before or after the handshake.</summary>
    NetworkFailed,

    /// <summary>Somebody answers whose TLS certificate is not trusted.</summary>
    CertificateUntrusted,

    /// <summary>The platform gave no address to connect to, for a passing reason.</summary>
    EndpointUnavailable,

    /// <summary>The platform refused the WebSocket handshake, for a passing reason.</summary>
    HandshakeRefused,

    /// <summary>App id and app secret do not fit together.</summary>
    CredentialsRefused,

    /// <summary>The app may not use the long connection.</summary>
    Forbidden,

    /// <summary>The app lives on the other platform.</summary>
    WrongBrand,

    /// <summary>The app has as many connections as it may have.</summary>
    TooManyConnections,

    /// <summary>It had become old; a new one took its place.</summary>
    Replaced,

    /// <summary>A fault of our own.</summary>
    Unexpected,

    /// <summary>The service stops.</summary>
    Stopping,
}

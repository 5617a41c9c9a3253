using LarkService.Platform;

namespace LarkService.LongConnection;

/// <summary>The whole way to an open connection: the address, then the handshake (each at most 15 s).</summary>
internal sealed class ConnectionOpener(ConnectionEndpoint endpoint, ILarkSocketConnector connector, TimeProvider clock)
{
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(15);

    public async Task<OpenOutcome> OpenAsync(LarkApp app, CancellationToken ct) => await endpoint.AskAsync(app, ct) switch
    {
        EndpointOutcome.Granted granted => await ShakeHandsAsync(app, granted.Address, ct),
        EndpointOutcome.Refused refused => new OpenOutcome.Failed(refused.Reason),
        var other => throw new InvalidOperationException($"Unknown outcome {other}."),
    };

    private async Task<OpenOutcome> ShakeHandsAsync(LarkApp app, ConnectionAddress address, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(HandshakeLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            return new OpenOutcome.Opened(new(await connector.OpenAsync(address.Url, either.Token), address));
        }
        catch (HandshakeRefusedException refused)
        {
            return new OpenOutcome.Failed(ReasonOf(app, refused));
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // The exception's text may hold the URL and with it the ticket: its type has to do.
            var what = e is OperationCanceledException ? $"took longer than {HandshakeLimit.TotalSeconds} s" : $"failed ({(e.InnerException ?? e).GetType().Name})";
            return new OpenOutcome.Failed(new(DisconnectKind.NetworkFailed, $"Connecting to {address.Url.Host} {what}"));
        }
    }

    private static Disconnect ReasonOf(LarkApp app, HandshakeRefusedException refused) => refused switch
    {
        { Status: 514, AuthCode: EndpointRefusals.TooManyConnections } => EndpointRefusals.StandBy(app.AppId),
        { Status: 403 } => new(DisconnectKind.Forbidden, $"The platform refused the connection of {app.AppId} (Handshake-Status 403)"),
        { Status: { } status } => new(DisconnectKind.HandshakeRefused, $"The platform refused the connection (Handshake-Status {status}, code {refused.AuthCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"})"),
        _ => new(DisconnectKind.HandshakeRefused, $"The connection was refused with HTTP {refused.HttpStatus}"),
    };
}

/// <summary>How an attempt to connect ends.</summary>
internal abstract record OpenOutcome
{
    public sealed record Opened(OpenConnection Connection) : OpenOutcome;

    public sealed record Failed(Disconnect Reason) : OpenOutcome;
}

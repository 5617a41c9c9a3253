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
        var opening = connector.OpenAsync(address.Url, either.Token);
        try
        {
            return new OpenOutcome.Opened(new(await opening.WaitAsync(either.Token), address));
        }
        catch (HandshakeRefusedException refused)
        {
            return new OpenOutcome.Failed(ReasonOf(app, refused));
        }
        catch (OperationCanceledException)
        {
            _ = CloseLateAsync(opening);
            ct.ThrowIfCancellationRequested();
            return new OpenOutcome.Failed(new(DisconnectKind.NetworkFailed, $"Connecting to {address.Url.Host}{NetworkFaults.Through(address.Url)} took longer than {HandshakeLimit.TotalSeconds} s"));
        }
        catch (Exception e)
        {
            return new OpenOutcome.Failed(NetworkFaults.Of(address.Url, e));
        }
    }

    // A handshake that did not heed its token may still succeed: nobody wants that connection any more.
    private static async Task CloseLateAsync(Task<ILarkSocket> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
        {
            await (await opening).DisposeAsync();
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

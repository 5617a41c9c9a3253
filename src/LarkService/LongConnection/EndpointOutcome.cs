using LarkService.Platform;

namespace LarkService.LongConnection;

/// <summary>What the platform says when asked for an address.</summary>
internal abstract record EndpointOutcome
{
    public sealed record Granted(ConnectionAddress Address) : EndpointOutcome;

    public sealed record Refused(Disconnect Reason) : EndpointOutcome;
}

/// <summary>
/// The platform's refusals in plain words. Codes by the official SDKs; where those disagree (1: retried by one, final for
/// another) the one that tries again is followed, because our schedule never hammers.
/// </summary>
internal static class EndpointRefusals
{
    public const int TooManyConnections = 1000040350;
    private const int Forbidden = 403;
    private const int AuthFailed = 514;
    private const int WrongBrand = 1000040351;

    public static EndpointOutcome Of(LarkApp app, int code, int status) => Refused(code switch
    {
        AuthFailed => new(DisconnectKind.CredentialsRefused, $"The platform does not accept the App Secret of {app.AppId} (code 514): compare AppId and AppSecret under Lark__Apps with 'Credentials & Basic Info' in the developer console"),
        Forbidden => new(DisconnectKind.Forbidden, $"The platform does not let {app.AppId} use the long connection (code 403): the app must be self-built, enabled and set to receive events through a long connection"),
        WrongBrand => new(DisconnectKind.WrongBrand, $"{app.AppId} lives on the other platform (code {code}): its brand here is {app.Brand}, set Brand under Lark__Apps to {(app.Brand == Brand.Feishu ? Brand.Lark : Brand.Feishu)}"),
        TooManyConnections => StandBy(app.AppId),
        0 => new(DisconnectKind.EndpointUnavailable, $"The platform answered HTTP {status}"),
        _ => new(DisconnectKind.EndpointUnavailable, $"The platform gave no address (code {code}, HTTP {status})"),
    });

    public static EndpointOutcome Unusable(int status) => Refused(new(DisconnectKind.EndpointUnavailable, $"The platform's answer cannot be read (HTTP {status})"));

    public static EndpointOutcome Unreachable(LarkApp app, string how) => Refused(new(DisconnectKind.NetworkFailed, $"{app.OpenBase.Host}{NetworkFaults.Through(app.OpenBase)} {how}"));

    public static EndpointOutcome NoAddress() => Refused(new(DisconnectKind.EndpointUnavailable, "The platform gave no address that may be opened (wss, or ws to this machine)"));

    public static Disconnect StandBy(string appId) =>
        new(DisconnectKind.TooManyConnections, $"Standing by: {appId} already has as many connections as the platform allows, and this one takes over when another ends (code {TooManyConnections}); fewer LongConnection__ConnectionsPerApp or replicas end the waiting");

    private static EndpointOutcome.Refused Refused(Disconnect reason) => new(reason);
}

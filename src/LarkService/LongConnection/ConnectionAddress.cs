using System.Globalization;
using System.Net;
using System.Web;

namespace LarkService.LongConnection;

/// <summary>Where to connect, for one attempt: the ticket in it works once. The URL holds secrets and does not print.</summary>
/// <param name="Url">Opened exactly as given.</param>
/// <param name="ServiceId">Goes into every ping.</param>
/// <param name="ConnectionId">The platform's name of this connection (<c>device_id</c>), for logs.</param>
/// <param name="Config">What the platform would like; of it we heed the heartbeat's interval alone.</param>
internal sealed record ConnectionAddress(Uri Url, int ServiceId, string ConnectionId, ClientConfig Config)
{
    public override string ToString() => $"connection {ConnectionId}";

    /// <returns>Null when the text is no address we may open: encrypted always, except to this very machine.</returns>
    public static ConnectionAddress? Read(string? text, ClientConfig config)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || !MayOpen(url))
        {
            return null;
        }

        var query = HttpUtility.ParseQueryString(url.Query);
        _ = int.TryParse(query["service_id"], NumberStyles.Integer, CultureInfo.InvariantCulture, out var service);
        return new(url, service, Shorten(query["device_id"] ?? ""), config);
    }

    private static bool MayOpen(Uri url) => url.Scheme == Uri.UriSchemeWss
        || (url.Scheme == Uri.UriSchemeWs && (url.IsLoopback || (IPAddress.TryParse(url.Host, out var address) && IPAddress.IsLoopback(address))));

    private static string Shorten(string id) => id.Length > 64 ? id[..64] : id;
}

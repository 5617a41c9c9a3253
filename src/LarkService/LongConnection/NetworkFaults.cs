using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;

namespace LarkService.LongConnection;

/// <summary>
/// What broke on the network, in plain words. An exception's text may hold the URL and with it the ticket, so only closed
/// sets are taken from it: kinds, codes, and what TLS says of a certificate.
/// </summary>
internal static class NetworkFaults
{
    // An AuthenticationException is also thrown where no certificate came at all: plain HTTP on that port, another version of TLS.
    public static Disconnect Of(Uri url, Exception fault) => Cause<AuthenticationException>(fault) is { } tls && tls.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase)
        ? new(DisconnectKind.CertificateUntrusted, $"The TLS certificate of {url.Host}{Through(url)} is not trusted ({tls.Message.TrimEnd('.')}): check the clock and the certificate authorities of this machine, and who else could answer for that name")
        : new(DisconnectKind.NetworkFailed, $"{url.Host} cannot be reached{Through(url)} ({Name(fault)})");

    /// <summary>The most telling name in a chain of exceptions.</summary>
    public static string Name(Exception fault) =>
        Cause<SocketException>(fault) is { } socket ? socket.SocketErrorCode.ToString()
        : Cause<HttpRequestException>(fault) is { HttpRequestError: not HttpRequestError.Unknown } http ? http.HttpRequestError.ToString()
        : Cause<WebSocketException>(fault) is { WebSocketErrorCode: not WebSocketError.Success } webSocket ? webSocket.WebSocketErrorCode.ToString()
        : (fault.InnerException ?? fault).GetType().Name;

    /// <summary>Names the environment's proxy, if it is in the way; never its user and password.</summary>
    public static string Through(Uri url) =>
        !HttpClient.DefaultProxy.IsBypassed(url) && HttpClient.DefaultProxy.GetProxy(url) is { } proxy ? $" through the proxy {proxy.Host}:{proxy.Port}" : "";

    private static T? Cause<T>(Exception? fault)
        where T : Exception
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            if (fault is T found)
            {
                return found;
            }
        }

        return null;
    }
}

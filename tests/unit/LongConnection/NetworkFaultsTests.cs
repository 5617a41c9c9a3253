using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using LarkService.LongConnection;

namespace LarkService.UnitTests.LongConnection;

public sealed class NetworkFaultsTests
{
    private static readonly Uri Url = new("wss://msg.example/ws/v2?ticket=geheim&access_key=geheim");

    [Fact]
    public void An_untrusted_certificate_is_said_in_plain_words()
    {
        var tls = new AuthenticationException("The remote certificate is invalid because of errors in the certificate chain: UntrustedRoot");
        var reason = NetworkFaults.Of(Url, new WebSocketException("geheim", new HttpRequestException(HttpRequestError.SecureConnectionError, "geheim", tls)));
        Assert.Equal(DisconnectKind.CertificateUntrusted, reason.Kind);
        Assert.StartsWith("The TLS certificate of msg.example is not trusted", reason.Words, StringComparison.Ordinal);
        Assert.Contains("UntrustedRoot", reason.Words, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", reason.Words, StringComparison.Ordinal);
        Assert.False(reason.IsFatal);
    }

    [Fact]
    public void Where_no_certificate_came_none_is_blamed()
    {
        var tls = new AuthenticationException("Cannot determine the frame size or a corrupted frame was received.");
        var reason = NetworkFaults.Of(Url, new HttpRequestException(HttpRequestError.SecureConnectionError, "geheim", tls));
        Assert.Equal((DisconnectKind.NetworkFailed, "msg.example cannot be reached (SecureConnectionError)"), (reason.Kind, reason.Words));
    }

    [Fact]
    public void The_most_telling_name_is_taken_and_never_the_text()
    {
        Assert.Equal("ConnectionRefused", NetworkFaults.Name(new WebSocketException("x", new HttpRequestException("x", new SocketException((int)SocketError.ConnectionRefused)))));
        Assert.Equal("ProxyTunnelError", NetworkFaults.Name(new WebSocketException("x", new HttpRequestException(HttpRequestError.ProxyTunnelError))));
        Assert.Equal("ConnectionClosedPrematurely", NetworkFaults.Name(new WebSocketException(WebSocketError.ConnectionClosedPrematurely, "wss://h/?ticket=geheim")));
        Assert.Equal("IOException", NetworkFaults.Name(new IOException("geheim")));
    }
}

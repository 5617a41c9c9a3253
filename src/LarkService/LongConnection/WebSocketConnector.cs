using System.Globalization;
using System.Net.WebSockets;
using Microsoft.Extensions.Options;

namespace LarkService.LongConnection;

/// <summary>Opens real sockets, through the environment's proxy where there is one.</summary>
internal sealed class WebSocketConnector(IOptions<LongConnectionOptions> options) : ILarkSocketConnector
{
    public async Task<ILarkSocket> OpenAsync(Uri url, CancellationToken ct)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.KeepAliveInterval = TimeSpan.Zero; // the protocol has heartbeats of its own
            socket.Options.CollectHttpResponseDetails = true;
            socket.Options.Proxy = HttpClient.DefaultProxy;
            await socket.ConnectAsync(url, ct);
            return new WebSocketLarkSocket(socket, options.Value.MaxMessageBytes);
        }
        catch (WebSocketException) when (socket.HttpStatusCode != 0 && !ct.IsCancellationRequested)
        {
            var refused = new HandshakeRefusedException((int)socket.HttpStatusCode, Header(socket, "Handshake-Status"), Header(socket, "Handshake-Autherrcode"));
            socket.Dispose();
            throw refused;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static int? Header(ClientWebSocket socket, string name) =>
        socket.HttpResponseHeaders?.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value?.FirstOrDefault() is { } text
            && int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LarkService.IntegrationTests.Proxy;

/// <summary>Writes bytes to a port and reads what comes, so that no client puts a request in order first.</summary>
internal static class HttpWire
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <returns>All that came until the connection was closed, or nothing came any more.</returns>
    public static async Task<string> SendAsync(Uri to, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, to.Port);
        using var limit = new CancellationTokenSource(Patience);
        var answer = new MemoryStream();
        try
        {
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), limit.Token);
            await client.GetStream().CopyToAsync(answer, limit.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // A server may cut off what it does not understand, or wait for more of it.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }
}

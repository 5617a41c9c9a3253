using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LarkService.IntegrationTests.Support;

/// <summary>Ports for services whose address must be known before they start. Below the range the system hands out by itself.</summary>
internal static class FreePort
{
    private static readonly ConcurrentDictionary<int, bool> Taken = new();

    public static int Take()
    {
        for (var tries = 0; tries < 200; tries++)
        {
            var port = Random.Shared.Next(10_000, 20_000);
            if (Taken.TryAdd(port, true) && IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException("No free port on 127.0.0.1.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

using System.Net;
using System.Net.Sockets;

namespace LarkSandbox.Hosting;

/// <summary>Finds a port on loopback that nobody uses.</summary>
internal static class Ports
{
    private const int Tries = 50;

    /// <summary>The port itself, or the next free one. 0 = any.</summary>
    public static int FreeFrom(int port)
    {
        for (var candidate = port; port != 0 && candidate < Math.Min(port + Tries, 65536); candidate++)
        {
            if (IsFree(candidate))
            {
                return candidate;
            }
        }

        using var any = new TcpListener(IPAddress.Loopback, 0);
        any.Start();
        return ((IPEndPoint)any.LocalEndpoint).Port;
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

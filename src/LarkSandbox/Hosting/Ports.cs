using System.Net;
using System.Net.Sockets;

namespace LarkSandbox.Hosting;

/// <summary>Finds a port on loopback that nobody uses.</summary>
internal static class Ports
{
    private const int Tries = 50;

    // Below what systems hand out by themselves: a port of those may be somebody's before our service has bound it.
    private const int LeastOfAny = 30_000;
    private const int EndOfAny = 32_768;

    /// <summary>The port itself, or the next free one. 0 = any.</summary>
    public static int FreeFrom(int port)
    {
        for (var step = 0; step < Tries; step++)
        {
            var candidate = port == 0 ? Random.Shared.Next(LeastOfAny, EndOfAny) : port + step;
            if (candidate < 65536 && IsFree(candidate))
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

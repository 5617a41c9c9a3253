using System.Net;
using System.Net.Sockets;

namespace LarkSandbox.Network;

/// <summary>One connection through the relay: a socket to the client, one to the platform, and what the network does between them.</summary>
internal sealed class RelayLine(Socket client, Socket platform, Func<NetworkConditions> network, TimeProvider clock) : IDisposable
{
    private readonly CancellationTokenSource _over = new();
    private volatile bool _vanished;

    /// <summary>The platform sees the connection come from this port.</summary>
    public int Port { get; } = ((IPEndPoint)platform.LocalEndPoint!).Port;

    /// <summary>Nothing passes any more, for good, and neither side was told.</summary>
    public bool IsVanished => _vanished;

    /// <summary>Ends when both directions have.</summary>
    public async Task RunAsync()
    {
        if (network().Silent)
        {
            Vanish();
        }

        try
        {
            await Task.WhenAll(PumpAsync(client, platform), PumpAsync(platform, client));
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>What is on its way and what comes is lost; the sockets stay open, as when a box in between forgot the connection.</summary>
    public void Vanish() => _vanished = true;

    /// <summary>Both sides get an RST.</summary>
    public void Cut()
    {
        Reset(client);
        Reset(platform);
        _over.Cancel();
    }

    /// <summary>The client gets a FIN and may go on sending: it is heard, but hears nothing any more.</summary>
    public void HalfClose()
    {
        try
        {
            client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Then there is nobody to close it to.
        }
    }

    public void Dispose()
    {
        client.Dispose();
        platform.Dispose();
        _over.Cancel();
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        try
        {
            await new RelayPump(from, to, network, () => _vanished, clock).RunAsync(_over.Token);
        }
        catch (Exception broken) when (broken is SocketException or OperationCanceledException or ObjectDisposedException or System.Threading.Channels.ChannelClosedException)
        {
            // One side is gone. The other hears of it as of any broken line, unless nothing is heard on this one any more.
            if (!_vanished)
            {
                Cut();
            }
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }

        socket.Dispose();
    }
}

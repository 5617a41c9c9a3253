using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LarkSandbox.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace LarkSandbox.Network;

/// <summary>
/// A real TCP relay in front of the WebSocket: whatever a network does to a connection, it can do. While it is in use the
/// endpoint hands out its address; connections that were opened before stay as they are.
/// </summary>
internal sealed class Relay(SandboxOptions options, IServer server, TimeProvider clock) : IHostedLifecycleService, IDisposable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<int, RelayLine> _lines = new();
    private volatile NetworkConditions _conditions = NetworkConditions.Perfect;
    private TcpListener? _listener;
    private IPEndPoint? _platform;
    private int _port;
    private bool _away;
    private bool _stopped;

    /// <summary>Whether new connections go through it.</summary>
    public bool InUse { get; set; } = options.Relay;

    /// <summary>Where it listens, or did before it was told to refuse; null before the simulator has started.</summary>
    public string? Address => _port == 0 ? null : $"127.0.0.1:{_port}";

    public bool IsListening
    {
        get
        {
            lock (_gate)
            {
                return _listener is not null;
            }
        }
    }

    public IReadOnlyCollection<RelayLine> Lines => [.. _lines.Values];

    /// <summary>Settable while connections are open. The first trouble puts the relay in use; silence never ends for the lines it met.</summary>
    public NetworkConditions Conditions
    {
        get => _conditions;
        set
        {
            var before = _conditions;
            _conditions = value;
            InUse |= value != NetworkConditions.Perfect;
            Listen();
            foreach (var line in value.Silent ? Lines : before.Silent ? Lines.Where(l => l.IsVanished) : [])
            {
                // A network that heals knows nothing of connections it has lost: their next packet is answered with an RST.
                (value.Silent ? line.Vanish : (Action)line.Cut)();
            }
        }
    }

    /// <summary>The platform is not there at all, whatever the network is like.</summary>
    public bool IsAway
    {
        set
        {
            lock (_gate)
            {
                _away = value;
            }

            Listen();
        }
    }

    /// <summary>The line that the platform sees come from this port; null when it does not come through here.</summary>
    public RelayLine? Find(int port) => _lines.GetValueOrDefault(port);

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var address = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        _platform = new IPEndPoint(IPAddress.Loopback, address.Port);
        Listen();
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            _listener?.Dispose();
            _listener = null;
        }

        foreach (var line in Lines)
        {
            line.Dispose();
        }
    }

    /// <summary>Listens, or does not, as it should be now.</summary>
    private void Listen()
    {
        lock (_gate)
        {
            var wanted = _platform is not null && !_stopped && !_away && !_conditions.RefuseConnects;
            if (!wanted)
            {
                _listener?.Dispose();
                _listener = null;
            }
            else if (_listener is null)
            {
                _listener = Open(_port) ?? Open(0)!;
                _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
                _ = AcceptAsync(_listener);
            }
        }
    }

    /// <summary>The same port again where it can be had; somebody else may have taken it meanwhile.</summary>
    private static TcpListener? Open(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException) when (port != 0)
        {
            listener.Dispose();
            return null;
        }
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                _ = CarryAsync(await listener.AcceptSocketAsync());
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It listens no more.
        }
    }

    private async Task CarryAsync(Socket client)
    {
        var platform = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await platform.ConnectAsync(_platform!);
        }
        catch (SocketException)
        {
            client.Dispose();
            platform.Dispose();
            return;
        }

        var line = new RelayLine(client, platform, () => _conditions, clock);
        _lines[line.Port] = line;
        if (_stopped)
        {
            line.Dispose();
        }

        await line.RunAsync();
        _lines.TryRemove(new(line.Port, line));
    }
}

using System.Net.WebSockets;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;
using LarkSandbox.Wire;

namespace LarkSandbox.LongConnection;

/// <summary>The app's open connections, and the last 50 things that happened to them.</summary>
internal sealed class Connections(SandboxOptions options, WireLog wire, LiveFeed feed, ChangeSignal changes, BackgroundTasks tasks, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly List<SandboxConnection> _open = [];
    private readonly LinkedList<ConnectionMoment> _history = new();
    private int _opened;
    private int? _limit;

    /// <summary>How many may be open at once; settable while running.</summary>
    public int Limit
    {
        get => _limit ?? options.MaxConnections;
        set => _limit = value;
    }

    /// <summary>As many as the options say, again.</summary>
    public void ResetLimit() => _limit = null;

    public int Opened => Volatile.Read(ref _opened);

    public IReadOnlyList<SandboxConnection> Open
    {
        get
        {
            lock (_gate)
            {
                return [.. _open.Where(c => c.IsOpen)];
            }
        }
    }

    public bool IsFull => Open.Count >= Limit;

    public string NextId() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"c{Interlocked.Increment(ref _opened)}");

    public void Add(SandboxConnection connection)
    {
        lock (_gate)
        {
            _open.Add(connection);
        }

        Record(connection.Id, "opened", "The service opened this connection.");
    }

    public void Remove(SandboxConnection connection, string why)
    {
        bool known;
        lock (_gate)
        {
            known = _open.Remove(connection);
        }

        if (known)
        {
            Record(connection.Id, "closed", why);
        }
    }

    /// <summary>Each push goes to one connection, chosen at random.</summary>
    public SandboxConnection? Pick()
    {
        var open = Open;
        return open.Count == 0 ? null : open[Random.Shared.Next(open.Count)];
    }

    public int DropAll(string why)
    {
        SandboxConnection[] dropped;
        lock (_gate)
        {
            dropped = [.. _open];
            _open.Clear();
        }

        foreach (var connection in dropped)
        {
            Record(connection.Id, "dropped", why);
            connection.Abort();
        }

        return dropped.Length;
    }

    /// <summary>Says goodbye to every client, as before a maintenance; returns to how many.</summary>
    public int CloseAll(string why)
    {
        var open = Open;
        foreach (var connection in open)
        {
            Record(connection.Id, "goodbye", why);
            tasks.Run(ct => connection.SayGoodbyeAsync(WebSocketCloseStatus.EndpointUnavailable, "maintenance", ct));
        }

        return open.Count;
    }

    public int Silence(TimeSpan span)
    {
        var open = Open;
        foreach (var connection in open)
        {
            connection.SilentUntil = clock.GetUtcNow() + span;
            Record(connection.Id, "silenced", $"Nothing passes for {span.TotalSeconds:0.#} s, but the socket stays open.");
        }

        return open.Count;
    }

    /// <summary>Everybody who was silenced is heard again.</summary>
    public void EndSilence()
    {
        foreach (var connection in Open.Where(c => c.IsSilent))
        {
            connection.SilentUntil = null;
            Record(connection.Id, "heard again", "The silence is over before its time.");
        }
    }

    public void Refused(string why) => Record("–", "refused", why);

    /// <summary>Something happened to a connection (– = to all of them) that is worth a line in its history.</summary>
    public void Tell(string connection, string what, string detail) => Record(connection, what, detail);

    public void Changed()
    {
        if (feed.HasSubscribers)
        {
            feed.Publish("connections", State());
        }

        changes.Notify();
    }

    public ConnectionsState State()
    {
        lock (_gate)
        {
            return new(
                Limit,
                [.. _open.Select(c => new OpenConnectionView(c.Id, c.OpenedAt.ToUnixTimeMilliseconds(), c.LastPingAt?.ToUnixTimeMilliseconds(), c.IsMute))],
                [.. _history]);
        }
    }

    private void Record(string connection, string what, string detail)
    {
        lock (_gate)
        {
            _history.AddFirst(new ConnectionMoment(clock.GetUtcNow().ToUnixTimeMilliseconds(), connection, what, detail));
            if (_history.Count > 50)
            {
                _history.RemoveLast();
            }
        }

        wire.Add(() => new WireEntry
        {
            Channel = "ws",
            Direction = "to-service",
            Kind = what switch { "opened" => "opened", "closed" => "closed", "refused" => "handshake", _ => "fault" },
            Title = connection.StartsWith('c') ? $"connection {connection} {what}" : what,
            Connection = connection.StartsWith('c') ? connection : null,
            Explain = detail,
        });
        Changed();
    }
}

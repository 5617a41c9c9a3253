using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;
using LarkService.Events;
using LarkService.IntegrationTests.Support;
using LarkService.LongConnection;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.IntegrationTests.Wire;

/// <summary>
/// The service on a line that can be troubled, with events coming all the while. An ack has two seconds, and the ladder of
/// re-deliveries is measured in seconds, too, with steps for a busy machine.
/// </summary>
internal sealed class WireScene : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly ConcurrentQueue<Delivery> _pushed = new();
    private readonly List<RunningService> _more = [];
    private readonly ITestOutputHelper? _test = TestContext.Current.TestOutputHelper;
    private int _lastNumber;

    private WireScene(Scene scene, HandledEvents handled) => (Scene, Handled) = (scene, handled);

    public static SandboxOptions Sandbox => Scene.QuickSandbox with
    {
        Relay = true,
        AckDeadline = TimeSpan.FromSeconds(2),
        RedeliveryLadder = [.. new[] { 0.3, 2, 4, 8, 16, 16 }.Select(TimeSpan.FromSeconds)],
        RedeliveryScale = 1,
        PingInterval = TimeSpan.FromSeconds(1),
        CallsPerSecond = 0,
        CallsPerMinute = 0,
        MessagesPerSecondPerReceiver = 0,
    };

    /// <summary>Where the very connections have to last, also on a machine that is late itself; goes with a heartbeat of ten seconds.</summary>
    public static SandboxOptions Calm => Sandbox with { PingInterval = TimeSpan.FromSeconds(10) };

    public Scene Scene { get; }

    public HandledEvents Handled { get; }

    public SandboxPlatform Platform => Scene.Platform;

    public LongConnectionStatuses Statuses => Scene.Inside<LongConnectionStatuses>();

    /// <summary>A service with so many connections, all of them open.</summary>
    public static async Task<WireScene> StartAsync(int connections = 2, SandboxOptions? sandbox = null, Engine engine = Engine.Sqlite, string heartbeat = "00:00:01")
    {
        var handled = new HandledEvents();
        var scene = await Scene.StartAsync(new()
        {
            Engine = engine,
            Flow = Flow.Redirect,
            Sandbox = sandbox ?? Sandbox,
            Settings =
            {
                ["LongConnection:ConnectionsPerApp"] = connections.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["LongConnection:HeartbeatInterval"] = heartbeat,
            },
            Services = services => Listen(services, handled),
        });
        var wire = new WireScene(scene, handled);
        await wire.AliveAsync(connections);
        return wire;
    }

    /// <summary>Registers the handler of the test's own events.</summary>
    public static void Listen(IServiceCollection services, HandledEvents handled) =>
        services.AddSingleton(handled).AddSingleton(new EventRegistration(HandledEvents.EventType, typeof(HandledEvents)));

    /// <summary>Another replica on the same database.</summary>
    public async Task<RunningService> AddServiceAsync(TimeProvider? clock = null)
    {
        var settings = Scene.Settings();
        settings["urls"] = $"http://127.0.0.1:{FreePort.Take()}";
        var service = await RunningService.StartAsync(settings, clock ?? TimeProvider.System, services => Listen(services, Handled));
        _more.Add(service);
        return service;
    }

    /// <summary>So many connections on which something passes.</summary>
    public Task AliveAsync(int connections, TimeSpan? within = null) =>
        Eventually.TrueAsync($"{connections} live connections", () => Platform.Connections.Open.Count(c => !c.IsMute) == connections, within ?? TimeSpan.FromSeconds(60));

    /// <summary>Something happens in this chat.</summary>
    public Delivery Push(string chat = "oc_a")
    {
        var delivery = Platform.PushEvent(HandledEvents.EventType, new JsonObject { ["chat_id"] = chat, ["n"] = Interlocked.Increment(ref _lastNumber) });
        _pushed.Enqueue(delivery);
        return delivery;
    }

    /// <summary>Events of five chats, forty a second, for as long as the work takes.</summary>
    public async Task WithTrafficAsync(Func<Task> work)
    {
        using var enough = new CancellationTokenSource();
        var traffic = TrafficAsync(enough.Token);
        try
        {
            await work();
        }
        finally
        {
            await enough.CancelAsync();
            await traffic;
        }
    }

    /// <summary>Returns after so many events more.</summary>
    public Task AfterAsync(int events)
    {
        var until = _pushed.Count + events;
        return Eventually.TrueAsync($"{events} more events", () => _pushed.Count >= until);
    }

    /// <summary>Every event was acknowledged, and handled exactly once.</summary>
    public async Task NothingLostNothingTwiceAsync()
    {
        await Platform.WaitForAsync(() => _pushed.All(d => d.Acked), Patience);
        await Eventually.TrueAsync("every event being handled", () => Handled.Count >= _pushed.Count, Patience);
        await QuietAsync();
        var twice = Handled.All.GroupBy(h => h.EventId).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        Assert.Empty(twice);
        Assert.Equal(_pushed.Select(d => d.EventId).Order(), Handled.All.Select(h => h.EventId).Order());
        Tell($"{_pushed.Count} events, {_pushed.Sum(d => d.Attempts)} pushes, {Handled.Count} handled");
    }

    /// <summary>A connection was given up for this reason; looked for from now on.</summary>
    public async Task<ConnectionSnapshot> EndedAsync(DisconnectKind why)
    {
        ConnectionSnapshot? found = null;
        using var limit = new CancellationTokenSource(Eventually.Patience);
        await Statuses.WaitForAsync(s => (found = s.All.Select(c => c.Snapshot).FirstOrDefault(c => c.Phase.Why?.Kind == why)) is not null, limit.Token);
        return found!;
    }

    /// <summary>With events coming: no connection is left, and both come back in time.</summary>
    public Task LosingAllAsync(Action begin, Func<Task>? meanwhile = null) => WithTrafficAsync(async () =>
    {
        await AfterAsync(events: 10);
        var opened = Platform.Connections.Opened;
        begin();
        await Eventually.TrueAsync("no live connection, or new ones already", () => Platform.Connections.Open.All(c => c.IsMute) || Platform.Connections.Opened > opened, TimeSpan.FromSeconds(60));
        await (meanwhile?.Invoke() ?? Task.CompletedTask);
        var started = TimeProvider.System.GetTimestamp();
        await AliveAsync(2); // 1, 2, 4, 8 s and no more between two attempts
        Tell($"both back {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s later");
    });

    public void Tell(string what) => _test?.WriteLine("SEEN " + what);

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _more)
        {
            await service.DisposeAsync();
        }

        await Scene.DisposeAsync();
    }

    /// <summary>Of an event pushed twice one copy is acknowledged first; the other may be on its way still.</summary>
    private async Task QuietAsync()
    {
        if (_pushed.Sum(d => d.Attempts) == _pushed.Count)
        {
            return;
        }

        var (seen, since) = (-1L, 0L);
        await Eventually.TrueAsync("a second without a push or an event", () =>
        {
            var now = _pushed.Sum(d => d.Attempts) + Platform.Acks + Handled.Count;
            if (now != seen)
            {
                (seen, since) = (now, TimeProvider.System.GetTimestamp());
            }

            return TimeProvider.System.GetElapsedTime(since) >= Quiet;
        }, Patience);
    }

    private async Task TrafficAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            Push($"oc_{_pushed.Count % 5}");
            await Task.Delay(Pause, TimeProvider.System, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

using LarkService.LongConnection;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.LongConnection;

/// <summary>One supervised connection against scripted ends and a manual clock. The backoff's jitter stands in the middle.</summary>
internal sealed class RunningConnection : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly LongConnectionStatuses _statuses;
    private readonly List<ConnectionSupervisor> _supervisors;
    private Task _running = Task.CompletedTask;

    public RunningConnection(LongConnectionOptions? options = null, int connections = 1)
    {
        var checkedOptions = Options.Create((options ?? new()) with { ConnectionsPerApp = connections });
        var apps = Some.Apps();
        _statuses = new(apps, checkedOptions, Clock);
        var metrics = new LongConnectionMetrics(Meters, _statuses);
        var opener = new ConnectionOpener(new ConnectionEndpoint(Endpoint, metrics, Clock), Connector, Clock);
        var (turns, schedule, rare) = (new ReplacementTurns(_statuses), new ReconnectSchedule(() => 0.5), new RareLog(Clock));
        _supervisors = [.. _statuses.All.Select(status => new ConnectionSupervisor(apps.Default, status, opener, Sink, schedule, turns, checkedOptions, metrics, rare, Clock, Log))];
    }

    public ManualTime Clock { get; } = new();

    public CountedMeters Meters { get; } = new();

    public ScriptedEndpoint Endpoint { get; } = new();

    public ScriptedConnector Connector { get; } = new();

    public ScriptedSink Sink { get; } = new();

    public ListLogger<ConnectionSupervisor> Log { get; } = new();

    public ConnectionStatus Status => _statuses.All[0];

    public IReadOnlyList<ConnectionStatus> Statuses => _statuses.All;

    public RunningConnection Start()
    {
        _running = Task.WhenAll(_supervisors.Select(supervisor => Task.Run(() => supervisor.RunAsync(_stopping.Token))));
        return this;
    }

    public async Task<ScriptedSocket> OpenAsync()
    {
        Start();
        var socket = await Connector.OpenedAsync();
        await ReachesAsync<ConnectionPhase.Connected>();
        return socket;
    }

    /// <summary>Open, and healthy for so long that what was before is forgiven.</summary>
    public async Task<ScriptedSocket> OpenForAWhileAsync()
    {
        var socket = await OpenAsync();
        await socket.SentAsync("ping");
        await Clock.SomeoneWaitsForAsync(30);
        Clock.AdvanceSeconds(30);
        await socket.SentAsync("ping");
        return socket;
    }

    public async Task<T> ReachesAsync<T>()
        where T : ConnectionPhase
    {
        await _statuses.WaitForAsync(s => s.All[0].Phase is T, Until.SomeTime());
        return Assert.IsType<T>(Status.Phase);
    }

    public Task<T> NextAsync<T>(ConnectionPhase after)
        where T : ConnectionPhase => NextAsync<T>(p => !ReferenceEquals(p, after));

    public async Task<T> NextAsync<T>(Func<ConnectionPhase, bool> which)
        where T : ConnectionPhase
    {
        await _statuses.WaitForAsync(s => s.All[0].Phase is T && which(s.All[0].Phase), Until.SomeTime());
        return Assert.IsType<T>(Status.Phase);
    }

    public async Task<ConnectionPhase> WhenAsync(Func<ConnectionPhase, bool> which, int connection = 0)
    {
        await _statuses.WaitForAsync(s => which(s.All[connection].Phase), Until.SomeTime());
        return _statuses.All[connection].Phase;
    }

    public Task SeesPongAsync() => _statuses.WaitForAsync(s => s.All[0].Snapshot.LastPong == Clock.GetUtcNow(), Until.SomeTime());

    public double Dropped(string reason) => Meters.Sum("lark_service.websocket.dropped", ("reason", reason));

    public void BeginStop() => _ = _stopping.CancelAsync();

    public async Task StopAsync()
    {
        BeginStop();
        await _running.Soon();
    }

    public async ValueTask DisposeAsync()
    {
        BeginStop();
        while (!_running.IsCompleted)
        {
            Clock.AdvanceSeconds(1);
            await Task.Yield();
        }

        await _running;
        _supervisors.ForEach(supervisor => supervisor.Dispose());
        Meters.Dispose();
        _stopping.Dispose();
        Endpoint.Dispose();
    }
}

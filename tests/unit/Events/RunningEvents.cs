using System.Diagnostics.Metrics;
using LarkService.Data;
using LarkService.Events;
using LarkService.Events.Inbox;
using LarkService.LongConnection;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LarkService.UnitTests.Events;

/// <summary>The feature as the service composes it, on a database of its own and a manual clock.</summary>
internal sealed class RunningEvents : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly List<InboxLoop> _loops = [];

    public RunningEvents(Action<EventsBuilder>? handlers = null, TempDatabase? database = null, Action<IServiceCollection>? more = null)
    {
        Database = database ?? new TempDatabase();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<IMeterFactory>(Meters);
        services.AddSingleton(Database.Database);
        services.AddSingleton<LeaseOwner>();
        services.AddSingleton<RareLog>();
        services.AddSingleton(Some.Apps());
        services.AddSingleton(Handler);
        services.AddSingleton(typeof(ILogger<>), typeof(ListLogger<>));
        var builder = services.AddEvents().OnEvent<ScriptedHandler>(Pushes.Type);
        handlers?.Invoke(builder);
        more?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public ManualTime Clock { get; } = new();

    public CountedMeters Meters { get; } = new();

    public TempDatabase Database { get; }

    public ScriptedHandler Handler { get; } = new();

    public IPayloadSink Sink => Get<IPayloadSink>();

    /// <summary>Another process on the same database.</summary>
    public AnotherProcess Another() => new(Database.Database, Clock);

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task<PayloadAnswer> ReceiveAsync(LarkPayload payload) => Sink.ReceiveAsync(payload, CancellationToken.None).Soon();

    public async Task<InboxLoop> StartAsync()
    {
        var loop = ActivatorUtilities.CreateInstance<InboxLoop>(_services);
        _loops.Add(loop);
        await loop.StartAsync(CancellationToken.None);
        return loop;
    }

    /// <summary>Handles what is due once, without the loop. Returns how many events were claimed.</summary>
    public async Task<int> RunDueAsync()
    {
        var before = Clock.GetTimestamp();
        var runs = await Get<InboxClaims>().ClaimAsync(100, _ => false, alsoOfOthers: true, CancellationToken.None);
        await Task.WhenAll(runs.Select(async events =>
        {
            using var run = new InboxRun(events, before, Clock);
            await Get<InboxRunner>().RunAsync(run, CancellationToken.None);
        })).Soon();
        return runs.Sum(run => run.Count);
    }

    public double Counted(string outcome, string? type = null) => type is null
        ? Meters.Sum("lark_service.events", ("outcome", outcome))
        : Meters.Sum("lark_service.events", ("outcome", outcome), ("event_type", type));

    public async Task<InboxEvent> RowAsync(string id) => (await Database.AllAsync<InboxEvent>()).Single(e => e.EventId == id);

    public async ValueTask DisposeAsync()
    {
        foreach (var loop in _loops)
        {
            var stopping = loop.StopAsync(CancellationToken.None);
            while (!stopping.IsCompleted)
            {
                Clock.AdvanceSeconds(1);
                await Task.Yield();
            }

            await stopping;
            loop.Dispose();
        }

        await _services.DisposeAsync();
        Meters.Dispose();
        Database.Dispose();
    }
}

using System.Collections.Concurrent;
using System.Text.Json;
using LarkService.Data;
using LarkService.Events;
using LarkService.Events.Inbox;
using LarkService.LongConnection;
using LarkService.Messaging;
using LarkService.Platform;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LarkService.IntegrationTests.Support;

/// <summary>The events feature of one process on a real database: what a connection hands it is stored and handled, and the test sees what.</summary>
internal sealed class Replica : IAsyncDisposable
{
    public const string AppId = "cli_test000000000000";
    public const string Type = "test.happened_v1";

    private readonly ServiceProvider _services;
    private readonly List<IHostedService> _running = [];

    private Replica(ServiceProvider services) => _services = services;

    /// <summary>Every event its handler began with, in that order; shared by replicas that share it.</summary>
    public ConcurrentQueue<string> Handled { get; private init; } = new();

    public static async Task<Replica> CreateAsync(TestDatabase database, Recorder recorder, TimeProvider? clock = null, string? connectionString = null)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Lark:Apps:0:AppId"] = AppId,
            ["Lark:Apps:0:AppSecret"] = "secret",
            ["Database:Provider"] = database.Provider,
            ["ConnectionStrings:Default"] = connectionString ?? database.ConnectionString,
        }).Build();
        var services = new ServiceCollection().AddLogging(b => b.SetMinimumLevel(LogLevel.None)).AddMetrics().AddSingleton<IConfiguration>(configuration);
        services.AddPlatform().AddData().AddMessaging().AddLongConnection();
        services.AddSingleton(clock ?? TimeProvider.System);
        services.AddSingleton(recorder);
        services.AddEvents().OnEvent<RecordingHandler>(Type).OnEvent<RecordingHandler>(EventTypes.Message);
        var replica = new Replica(services.BuildServiceProvider()) { Handled = recorder.Handled };
        await replica.Get<DatabaseSchema>().MigrateAsync(CancellationToken.None);
        return replica;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Begins to hand events to the handler.</summary>
    public async Task DispatchAsync()
    {
        var loop = _services.GetServices<IHostedService>().OfType<InboxLoop>().Single();
        await loop.StartAsync(CancellationToken.None);
        _running.Add(loop);
    }

    /// <returns>True when it was acknowledged.</returns>
    public async Task<bool> ReceiveAsync(byte[] push) =>
        await Get<IPayloadSink>().ReceiveAsync(new(AppId, "msg", push, TimeProvider.System.GetTimestamp()), CancellationToken.None) is PayloadAnswer.Ok;

    public Task<bool> ReceiveAsync(string id, string chat) => ReceiveAsync(Push(id, new { chat_id = chat }));

    public static byte[] Push(string id, object body, string type = Type) => JsonSerializer.SerializeToUtf8Bytes(
        new { schema = "2.0", header = new { event_id = id, event_type = type, create_time = "1760000000123", app_id = AppId, tenant_key = "t" }, @event = body });

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _running)
        {
            await service.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
    }

    /// <summary>What was handled, and what handling does.</summary>
    internal sealed class Recorder
    {
        public ConcurrentQueue<string> Handled { get; } = new();

        public Func<LarkEvent, Task> Work { get; set; } = _ => Task.CompletedTask;
    }

    private sealed class RecordingHandler(Recorder recorder) : IEventHandler
    {
        public async Task HandleAsync(LarkEvent received, CancellationToken ct)
        {
            recorder.Handled.Enqueue(received.EventId);
            await recorder.Work(received);
        }
    }
}

using System.Collections.Concurrent;
using LarkService.Data;
using LarkService.Hosting;
using LarkService.Hosting.Schedule;
using LarkService.Platform.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LarkService.IntegrationTests.Support;

/// <summary>The real service inside the test's process: the same composition, on a real socket, with its logs kept.</summary>
internal sealed class RunningService : IService
{
    private readonly WebApplication _app;
    private readonly KeptLogs _logs;
    private bool _stopped;

    private RunningService(WebApplication app, KeptLogs logs) => (_app, _logs) = (app, logs);

    public IServiceProvider Services => _app.Services;

    public IReadOnlyList<string> Output => [.. _logs.Lines];

    public static async Task<RunningService> StartAsync(
        IReadOnlyDictionary<string, string> settings, TimeProvider clock, Action<IServiceCollection>? more = null, bool timetable = false, Action<IEndpointRouteBuilder>? routes = null)
    {
        var logs = new KeptLogs();
        var app = ServiceHost.Build([.. settings.Select(s => $"--{s.Key}={s.Value}")], builder =>
        {
            builder.Logging.ClearProviders().AddProvider(logs);
            builder.Services.AddSingleton(clock);
            if (!timetable)
            {
                // What happens by the clock would happen in the midst of a test that moves it.
                builder.Services.Remove(builder.Services.Single(s => s.ImplementationType == typeof(Scheduler)));
            }

            more?.Invoke(builder.Services);
        });
        routes?.Invoke(app);
        Assert.Empty(CheckedOptions.FaultsIn(app.Services));
        var schema = app.Services.GetRequiredService<DatabaseSchema>();
        await schema.MigrateAsync(CancellationToken.None);
        Assert.Empty(await schema.PrepareAsync(CancellationToken.None));
        await app.StartAsync();
        return new RunningService(app, logs);
    }

    public async Task StopAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Shown beside a failing test.</summary>
    private sealed class KeptLogs : ILoggerProvider
    {
        private readonly ITestOutputHelper? _test = TestContext.Current.TestOutputHelper;

        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

        public void Dispose()
        {
        }

        private void Add(string line)
        {
            Lines.Enqueue(line);
            try
            {
                _test?.WriteLine(line);
            }
            catch (InvalidOperationException)
            {
                // The test is over; what is still said interests nobody.
            }
        }

        private sealed class Logger(KeptLogs logs, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                logs.Add($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {logLevel} {category}: {formatter(state, exception)}{(exception is null ? "" : $" | {exception}")}");
        }
    }
}

using LarkService.Monitoring.Metrics;
using LarkService.Monitoring.Tracing;
using LarkService.Platform;
using LarkService.Platform.Configuration;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace LarkService.Monitoring;

/// <summary>Registers logs, metrics, traces and health.</summary>
internal static class MonitoringSetup
{
    private const int BufferedLines = 10_000;

    /// <summary>To be called before any feature is registered: see <see cref="CollectionStart"/>.</summary>
    public static WebApplicationBuilder AddMonitoring(this WebApplicationBuilder builder)
    {
        if (Traces.AreCollected(builder.Configuration))
        {
            AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false); // spans of requests say what they are of
        }

        builder.AddLogs();
        builder.Services.AddChecked<MonitoringOptions>();
        builder.Services.AddSingleton<MetricsExposition>();
        builder.Services.AddSingleton<ProcessMetrics>();
        builder.Services.AddHostedService<CollectionStart>();
        builder.Services.AddChecked<OtlpOptions>();
        builder.Services.AddHostedService<TraceExport>();
        return builder;
    }

    /// <summary>JSON lines on stdout, written behind a bounded buffer so that a slow reader slows nobody down.</summary>
    private static void AddLogs(this WebApplicationBuilder builder)
    {
        var logger = new LoggerConfiguration()
            .MinimumLevel.Verbose() // the levels of Logging__LogLevel decide, before this
            .Enrich.FromLogContext()
            .WriteTo.Async(a => a.Console(new JsonLines(), LogEventLevel.Verbose), BufferedLines, blockWhenFull: false)
            .CreateLogger();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<ILoggerProvider>(_ => new SerilogLoggerProvider(logger, dispose: true)); // made by the container, so it is flushed with it

        // At its most talkative, model binding writes down what it binds: the code and the state of a consent.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Mvc", LogLevel.Warning);

        // Whoever asked the database says what failed; and a probe every second must not fill the log with what it answers.
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Database.Command", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
    }
}

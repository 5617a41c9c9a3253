using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace LarkService.Monitoring.Metrics;

/// <summary>
/// Which instruments are collected and how many series each may have. What comes beyond that is summed up under
/// <c>otel_metric_overflow="true"</c>, so a label that grows by mistake costs neither memory nor the page.
/// </summary>
/// <param name="own">Whose meters count.</param>
internal sealed class MetricViews(IMeterFactory own)
{
    private const int Series = 200;

    /// <summary>Ours start at zero for every app, reason and outcome, and an app more must not push another off the page.</summary>
    private const int SeriesOfOurs = 2000;

    /// <summary>The runtime's tags are few; every series costs memory before it is used.</summary>
    private const int SeriesOfRuntime = 30;

    /// <summary>Routes and APIs are many, and each has an outcome.</summary>
    private const int SeriesOfCalls = 1000;

    /// <summary>Everything of ours, and of the framework what an operator asks about.</summary>
    public static IReadOnlyList<string> Meters { get; } =
    [
        "LarkService.*",
        "System.Runtime",
        "System.Net.Http",
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.AspNetCore.Diagnostics",
    ];

    // Of the framework's tags those that tell two things apart here; the rest would only multiply the series.
    private static readonly Dictionary<string, string[]?> Framework = new(StringComparer.Ordinal)
    {
        ["http.server.request.duration"] = ["http.request.method", "http.route", "http.response.status_code"],
        ["http.server.active_requests"] = [],
        ["http.client.request.duration"] = ["server.address", "http.response.status_code", "error.type"],
        ["http.client.open_connections"] = ["http.connection.state"],
        ["kestrel.active_connections"] = [],
        ["kestrel.queued_connections"] = [],
        ["kestrel.rejected_connections"] = [],
        ["aspnetcore.diagnostics.exceptions"] = ["error.type", "aspnetcore.diagnostics.exception.result"],
    };

    // For times of ours that bring no bounds along: the SDK's own begin at 5 and are meant for milliseconds.
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    // The ending _count is kept for histograms in Prometheus, and its linter says so.
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.Ordinal)
    {
        ["dotnet.assembly.count"] = "dotnet.assemblies",
        ["dotnet.timer.count"] = "dotnet.timers",
        ["dotnet.process.cpu.count"] = "dotnet.process.cpus",
        ["dotnet.thread_pool.thread.count"] = "dotnet.thread_pool.threads",
        ["dotnet.thread_pool.work_item.count"] = "dotnet.thread_pool.work_items",
    };

    /// <summary>The runtime publishes these as counters, yet they go down as well as up.</summary>
    public static IReadOnlySet<string> NoCounters { get; } = new HashSet<string>(StringComparer.Ordinal) { "dotnet.thread_pool.threads", "dotnet.thread_pool.queue.length" };

    public MetricStreamConfiguration? For(Instrument instrument)
    {
        // The framework's static meters have no scope; those made by another host's factory are that host's.
        if (instrument.Meter.Scope is { } scope && !ReferenceEquals(scope, own))
        {
            return MetricStreamConfiguration.Drop;
        }

        if (instrument.Meter.Name.StartsWith("LarkService.", StringComparison.Ordinal))
        {
            return Own(instrument, SeriesOfOurs);
        }

        if (instrument.Meter.Name == "System.Runtime")
        {
            return new MetricStreamConfiguration { CardinalityLimit = SeriesOfRuntime, Name = Renamed.GetValueOrDefault(instrument.Name) };
        }

        return Framework.TryGetValue(instrument.Name, out var tags)
            ? new MetricStreamConfiguration { CardinalityLimit = instrument.Name.StartsWith("http.server.request", StringComparison.Ordinal) ? SeriesOfCalls : Series, TagKeys = tags }
            : MetricStreamConfiguration.Drop;
    }

    private static MetricStreamConfiguration Own(Instrument instrument, int series) => instrument is Histogram<double> { Unit: "s", Advice: null }
        ? new ExplicitBucketHistogramConfiguration { CardinalityLimit = series, Boundaries = Seconds }
        : new MetricStreamConfiguration { CardinalityLimit = series };
}

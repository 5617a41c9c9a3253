using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LarkService.Monitoring.Metrics;

/// <summary>The process, under the names that every Prometheus client uses: <c>process_resident_memory_bytes</c> and the like.</summary>
internal sealed class ProcessMetrics
{
    public const string MeterName = "LarkService.Process";
    private const string OpenFiles = "/proc/self/fd";

    public ProcessMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        var started = new DateTimeOffset(Process.GetCurrentProcess().StartTime).ToUnixTimeMilliseconds() / 1000d;
        meter.CreateObservableCounter("process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Processor time used, user and system.");
        meter.CreateObservableGauge("process.resident_memory", () => Environment.WorkingSet, "By", "Memory the process holds in RAM.");
        meter.CreateObservableGauge("process.start_time", () => started, "s", "When the process started, as seconds since 1970.");
        if (Directory.Exists(OpenFiles))
        {
            meter.CreateObservableGauge("process.open_fds", () => Directory.EnumerateFileSystemEntries(OpenFiles).Count(), description: "Open files and sockets.");
        }
    }
}

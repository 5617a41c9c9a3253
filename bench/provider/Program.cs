using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace LarkService.Bench;

/// <summary>How long a caller waits for a user's token: from memory, and from the database; and how long it takes to know an API by its path. Started by <c>bench/provider.sh</c>.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] only)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddExporter(MarkdownExporter.GitHub)
            .AddLogger(ConsoleLogger.Default);
        if (only is not ["cold"])
        {
            BenchmarkRunner.Run<FromMemory>(config);
            BenchmarkRunner.Run<ApiLookups>(config);
        }

        await ColdReads.RunAsync();
        return 0;
    }
}

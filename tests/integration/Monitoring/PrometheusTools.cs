using System.Diagnostics;

namespace LarkService.IntegrationTests.Monitoring;

/// <summary>Debian's package <c>prometheus</c>: the server, and promtool.</summary>
internal static class PrometheusTools
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static string Server => Program("prometheus");

    /// <summary>Runs promtool to its end.</summary>
    /// <param name="folder">Where it runs: rule files are looked for there.</param>
    /// <param name="input">What it reads; null for nothing.</param>
    /// <param name="arguments">A command of promtool.</param>
    public static async Task<(int ExitCode, string Output)> PromtoolAsync(string folder, ReadOnlyMemory<byte>? input, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var process = Process.Start(new ProcessStartInfo(Program("promtool"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input ?? default, limit.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, (await output + await errors).Trim());
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static string Program(string name)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/bin").Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"{name} is not installed; on Debian it is in the package prometheus, which ./test.sh installs.");
        return path!;
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;

namespace LarkService.IntegrationTests.Support;

/// <summary>The real binary as a process of its own, configured by its environment; it can be killed like a machine that fails.</summary>
internal sealed class ServiceProcess : IService
{
    private const int SigTerm = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>The one built with the tests, or a published one.</summary>
    private static readonly string Binary = Environment.GetEnvironmentVariable("LARK_TEST_SERVICE") ?? Path.Combine(AppContext.BaseDirectory, "LarkService.dll");

    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ITestOutputHelper? _test = TestContext.Current.TestOutputHelper;

    private ServiceProcess(Process process, DirectoryInfo folder)
    {
        (_process, _folder) = (process, folder);
        process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
    }

    // Copies first: both grow while they are read.
    public IReadOnlyList<string> Output => [.. _output.ToArray(), .. _errors.ToArray()];

    public IReadOnlyList<string> StandardOutput => [.. _output];

    public string Errors => string.Join('\n', _errors);

    public static ServiceProcess Start(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("lark-itest-cwd-");
        var start = new ProcessStartInfo("dotnet", [Binary, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder.FullName,
        };
        foreach (var (key, value) in settings)
        {
            start.Environment[key == "urls" ? "ASPNETCORE_URLS" : key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var service = new ServiceProcess(new Process { StartInfo = start }, folder);
        service._process.Start();
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        return service;
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        await using var process = Start(settings, arguments);
        var exitCode = await process.EndedAsync();
        return (exitCode, string.Join('\n', process._output), process.Errors);
    }

    /// <summary>Waits for it to end by itself.</summary>
    public async Task<int> EndedAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
        return _process.ExitCode;
    }

    /// <summary><c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task StopAsync()
    {
        if (!_process.HasExited)
        {
            _ = SendSignal(_process.Id, SigTerm);
            await EndedAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "kill")]
    [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);

    private void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is null)
        {
            return;
        }

        lines.Enqueue(line);
        try
        {
            _test?.WriteLine(line);
        }
        catch (InvalidOperationException)
        {
            // The test is over.
        }
    }
}

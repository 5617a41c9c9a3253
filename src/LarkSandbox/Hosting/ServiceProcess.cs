using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LarkSandbox.Hosting;

/// <summary>LarkService as a child: its output goes to a file, its end is noticed, and it ends with the sandbox (unless that is killed).</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private const int LinesKept = 15;
    private const int SigTerm = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(35);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Lock _gate = new();
    private readonly Queue<string> _last = new();
    private readonly PosixSignalRegistration[] _signals;

    private ServiceProcess(Process process, StreamWriter log, Action stop)
    {
        _process = process;
        _log = log;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        _signals = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, signal =>
        {
            signal.Cancel = true;
            stop();
        }))];
    }

    /// <summary>Ends when the service ends.</summary>
    public Task Ended => _process.WaitForExitAsync();

    public int ExitCode => _process.ExitCode;

    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (_gate)
            {
                return [.. _last];
            }
        }
    }

    /// <summary>The service built beside this sandbox: the same path with LarkService in LarkSandbox's place.</summary>
    public static string DefaultDll()
    {
        var here = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar);
        var segment = Array.LastIndexOf(here, "LarkSandbox");
        if (segment >= 0)
        {
            here[segment] = "LarkService";
        }

        return Path.Combine(string.Join(Path.DirectorySeparatorChar, here), "LarkService.dll");
    }

    /// <summary>Starts the service; <paramref name="stop"/> is called when this process is asked to end.</summary>
    public static ServiceProcess Start(string dll, IReadOnlyDictionary<string, string> settings, string logFile, Action stop)
    {
        var start = new ProcessStartInfo("dotnet", [dll])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(logFile)!,
        };
        // The demo talks to this machine only, whatever proxy or app the shell knows.
        foreach (var inherited in start.Environment.Keys.Where(k => k.StartsWith("Lark__", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(inherited);
        }

        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        var log = new StreamWriter(new FileStream(logFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        var service = new ServiceProcess(new Process { StartInfo = start }, log, stop);
        service._process.Start();
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Ask();
            try
            {
                await _process.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
            }
            catch (TimeoutException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }
        }

        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        _process.Dispose();
        lock (_gate)
        {
            _log.Dispose();
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);

    private void Ask()
    {
        if (OperatingSystem.IsWindows())
        {
            _process.Kill(entireProcessTree: true);
        }
        else
        {
            _ = SendSignal(_process.Id, SigTerm);
        }
    }

    private void OnProcessExit(object? sender, EventArgs e)
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            if (_log.BaseStream is { CanWrite: true })
            {
                _log.WriteLine(line);
            }

            _last.Enqueue(line);
            if (_last.Count > LinesKept)
            {
                _last.Dequeue();
            }
        }
    }
}

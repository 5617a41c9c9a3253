using System.Diagnostics;
using System.Text.Json;

namespace LarkService.BrowserTests.Support;

/// <summary>The README's start command, as a newcomer runs it: sandbox and service, from an empty data folder.</summary>
public sealed class SandboxRun : IAsyncDisposable
{
    private const string ReadyMark = "READY ";
    private readonly Process _process;
    private readonly string _data;

    private SandboxRun(Process process, string data, JsonElement ready)
    {
        _process = process;
        _data = data;
        Url = new Uri(ready.GetProperty("url").GetString()!);
        ServiceUrl = new Uri(ready.GetProperty("serviceUrl").GetString()!);
        AppId = ready.GetProperty("appId").GetString()!;
        AppSecret = ready.GetProperty("appSecret").GetString()!;
        Users = [.. ready.GetProperty("users").EnumerateArray().Select(u => u.GetString()!)];
        ApiKey = File.ReadAllText(ready.GetProperty("bootstrapKeyFile").GetString()!).Trim();
    }

    public Uri Url { get; }

    public Uri ServiceUrl { get; }

    public string AppId { get; }

    public string AppSecret { get; }

    /// <summary>The key of the REST API that may do everything.</summary>
    public string ApiKey { get; }

    /// <summary>The open_ids of the people, in the order of the page.</summary>
    public IReadOnlyList<string> Users { get; }

    /// <param name="flow"><c>device</c> or <c>redirect</c>.</param>
    /// <param name="settings">Of the service, besides those that the sandbox gives it.</param>
    public static async Task<SandboxRun> StartAsync(string flow, params (string Key, string Value)[] settings)
    {
        var data = Directory.CreateTempSubdirectory("lark-browser-").FullName;
        var dll = Path.Combine(Repository.Root, "src/LarkSandbox/bin", Repository.Configuration, "net10.0/LarkSandbox.dll");
        var start = new ProcessStartInfo("dotnet", [dll, "--json", "--port", "0", "--service-port", "0", "--data", data, "--flow", flow])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = data,
        };
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } line)
        {
            if (line.StartsWith(ReadyMark, StringComparison.Ordinal))
            {
                var ready = JsonDocument.Parse(line[ReadyMark.Length..]).RootElement;
                var run = new SandboxRun(process, data, ready);
                await run.ServiceIsReadyAsync();
                return run;
            }
        }

        throw new InvalidOperationException("The sandbox ended before it was ready.");
    }

    public async ValueTask DisposeAsync()
    {
        using var stop = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await stop.WaitForExitAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(limit.Token);
        _process.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private async Task ServiceIsReadyAsync()
    {
        using var http = new HttpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (true)
        {
            try
            {
                if ((await http.GetAsync(new Uri(ServiceUrl, "/health/ready"), limit.Token)).IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
            }

            await Task.Delay(50, limit.Token);
        }
    }
}

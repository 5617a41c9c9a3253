using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Monitoring;

/// <summary>A real Prometheus on 127.0.0.1 with a folder of its own, which reads one target every second.</summary>
internal sealed class RunningPrometheus : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lark-prometheus-");
    private readonly ConcurrentQueue<string> _output = new();
    private readonly HttpClient _http;
    private readonly Process _process;

    private RunningPrometheus(Uri target, string rules)
    {
        var port = FreePort.Take();
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        File.WriteAllText(Path.Combine(_folder.FullName, "rules.yaml"), rules);
        File.WriteAllText(Path.Combine(_folder.FullName, "prometheus.yml"), $"""
            global:
              scrape_interval: 1s
              evaluation_interval: 1s
            rule_files: [rules.yaml]
            scrape_configs:
              - job_name: lark-service
                static_configs: [targets: ['{target.Authority}']]
            """);
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(PrometheusTools.Server,
                [$"--web.listen-address=127.0.0.1:{port}", $"--config.file={_folder.FullName}/prometheus.yml", $"--storage.tsdb.path={_folder.FullName}/data", "--log.level=warn"])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
                WorkingDirectory = _folder.FullName,
            },
        };
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Returns when it has read the target once.</summary>
    public static async Task<RunningPrometheus> StartAsync(Uri target, string rules)
    {
        var prometheus = new RunningPrometheus(target, rules);
        try
        {
            await Eventually.TrueAsync("Prometheus reading the service", async () =>
                !prometheus._process.HasExited ? await TryAsync(async () => (await prometheus.QueryAsync("up")).Count == 1) : throw new InvalidOperationException(prometheus.Said));
            return prometheus;
        }
        catch
        {
            await prometheus.DisposeAsync();
            throw;
        }
    }

    /// <summary>What it had to complain about.</summary>
    public string Said => string.Join('\n', _output);

    /// <summary>The series a query has now.</summary>
    /// <exception cref="InvalidOperationException">It does not parse, or cannot be worked out.</exception>
    public async Task<JsonArray> QueryAsync(string query) => Result(query, await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}"));

    /// <summary>Every value a query had within the last seconds, of all series.</summary>
    /// <exception cref="InvalidOperationException">It does not parse, or cannot be worked out.</exception>
    public async Task<IReadOnlyList<double>> ValuesAsync(string query, TimeSpan back)
    {
        var now = TimeProvider.System.GetUtcNow();
        var (start, end) = (Seconds(now - back), Seconds(now));
        var series = Result(query, await GetAsync($"/api/v1/query_range?query={Uri.EscapeDataString(query)}&start={start}&end={end}&step=1"));
        return [.. series.SelectMany(s => s!["values"]!.AsArray()).Select(v => double.Parse(v![1]!.ToString().Replace("Inf", "∞", StringComparison.Ordinal), CultureInfo.InvariantCulture))];
    }

    /// <summary>Name, health and last error of each rule that is loaded.</summary>
    public async Task<IReadOnlyList<(string Name, string Health, string? Error)>> RulesAsync() =>
        [.. (await GetAsync("/api/v1/rules"))["data"]!["groups"]!.AsArray().SelectMany(g => g!["rules"]!.AsArray())
            .Select(r => (r!["name"]!.ToString(), r["health"]!.ToString(), r["lastError"]?.ToString()))];

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string Seconds(DateTimeOffset time) => (time.ToUnixTimeMilliseconds() / 1000d).ToString("F3", CultureInfo.InvariantCulture);

    private static JsonArray Result(string query, JsonNode answer) => answer["status"]!.ToString() == "success"
        ? answer["data"]!["result"]!.AsArray()
        : throw new InvalidOperationException($"{answer["error"]} in: {query}");

    private async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative)); // a query that does not parse is a 400 with a body
        if (answer.Content.Headers.ContentType?.MediaType != "application/json")
        {
            throw new HttpRequestException($"Prometheus is not ready: {answer.StatusCode}.");
        }

        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private static async Task<bool> TryAsync(Func<Task<bool>> ask)
    {
        try
        {
            return await ask();
        }
        catch (HttpRequestException)
        {
            return false; // it starts
        }
    }
}

using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Chaos;

/// <summary>One of the services on a database, as a process of its own.</summary>
internal sealed class Replica(Scene scene) : IAsyncDisposable
{
    private readonly string _url = $"http://127.0.0.1:{FreePort.Take()}";
    private ServiceProcess? _process;

    public void Start() => _process = ServiceProcess.Start(new Dictionary<string, string>(scene.Settings()) { ["urls"] = _url, ["Logging:LogLevel:Default"] = "Warning" });

    /// <summary><c>kill -9</c>, and another takes its place.</summary>
    public async Task KillAndStartAsync()
    {
        await KillAsync();
        Start();
    }

    public async Task KillAsync()
    {
        if (_process is not null)
        {
            await _process.KillAsync();
            await _process.DisposeAsync();
            _process = null;
        }
    }

    public async Task ReadyAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await Eventually.TrueAsync("a replica being ready", async () => await IsReadyAsync(http), TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync() => await (_process?.DisposeAsync() ?? default);

    private async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(_url + "/health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.RefreshChaos;

/// <summary>A service as a process of its own, killed and started again at the same address.</summary>
internal sealed class MortalService(Scene scene) : IAsyncDisposable
{
    private ServiceProcess? _process;

    public Uri Url { get; } = new($"http://127.0.0.1:{FreePort.Take()}");

    public void Start() => _process = ServiceProcess.Start(new Dictionary<string, string>(scene.Settings()) { ["urls"] = Url.GetLeftPart(UriPartial.Authority) });

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
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Url };
        await Eventually.TrueAsync("a service being ready", async () => await IsAliveAsync(http), TimeSpan.FromSeconds(90));
    }

    public async ValueTask DisposeAsync() => await (_process?.DisposeAsync() ?? default);

    private static async Task<bool> IsAliveAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

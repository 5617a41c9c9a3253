using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace LarkService.IntegrationTests.RefreshChaos;

/// <summary>
/// Systems that ask for people's tokens all the time, at whichever service. Who is told that only the person can help asks the
/// platform's ledger whether that is true, and the person agrees again.
/// </summary>
internal sealed class TokenCallers(RefreshScene scene, int atOnce = 16) : IAsyncDisposable
{
    private readonly CancellationTokenSource _enough = new();
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _agreeing = new();
    private readonly ConcurrentDictionary<string, int> _refusalsSeen = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };
    private Task _calling = Task.CompletedTask;
    private long _given;
    private long _notNow;

    /// <summary>Access tokens that were handed out.</summary>
    public ConcurrentDictionary<string, bool> Seen { get; } = new();

    /// <summary>People who were written off although the platform had not refused.</summary>
    public ConcurrentQueue<string> Lost { get; } = new();

    /// <summary>People the platform refused: an answer was lost or died with its process, and they had to agree again.</summary>
    public ConcurrentQueue<string> Refused { get; } = new();

    /// <summary>Answers that are none of those the contract knows.</summary>
    public ConcurrentQueue<string> Odd { get; } = new();

    public long Given => Interlocked.Read(ref _given);

    public long NotNow => Interlocked.Read(ref _notNow);

    public void Start() => _calling = Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(CallAsync)));

    public async Task StopAsync()
    {
        await _enough.CancelAsync();
        await _calling;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _enough.Dispose();
        _http.Dispose();
    }

    private async Task CallAsync()
    {
        while (!_enough.IsCancellationRequested)
        {
            var openId = scene.People[Random.Shared.Next(scene.People.Count)];
            try
            {
                await CallAsync(openId, scene.Urls[Random.Shared.Next(scene.Urls.Count)]);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                Interlocked.Increment(ref _notNow); // killed, or not up again
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }

    private async Task CallAsync(string openId, Uri url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, $"/api/v1/grants/{openId}/token"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", scene.Scene.BootstrapKey);
        using var answer = await _http.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        switch (answer.StatusCode)
        {
            case HttpStatusCode.OK:
                Interlocked.Increment(ref _given);
                Seen[JsonNode.Parse(body)!["accessToken"]!.GetValue<string>()] = true;
                break;
            case HttpStatusCode.Forbidden when body.Contains("authorization-required", StringComparison.Ordinal):
                await AgreeAgainAsync(openId);
                break;
            case HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway:
                Interlocked.Increment(ref _notNow);
                break;
            default:
                Odd.Enqueue($"{(int)answer.StatusCode} {body}");
                break;
        }
    }

    // One at a time for each person; whoever comes second finds that they have agreed.
    private async Task AgreeAgainAsync(string openId)
    {
        var gate = _agreeing.GetOrAdd(openId, _ => new(1, 1));
        await gate.WaitAsync();
        try
        {
            var status = await scene.Scene.Database.ScalarAsync($"SELECT status FROM user_grants WHERE open_id = '{openId}'");
            var tokens = await scene.Scene.Database.ScalarAsync($"SELECT access_token FROM user_grants WHERE open_id = '{openId}'");
            if ((string?)status == "active" && tokens is not null)
            {
                return; // refused a moment ago, and agreed again since
            }

            var refusals = scene.Ledger.All.Count(s => s.OpenId == openId && s.Refused is { Code: 20064 or 20073 or 20037 or 20026 });
            (refusals > _refusalsSeen.GetValueOrDefault(openId) ? Refused : Lost).Enqueue(openId);
            _refusalsSeen[openId] = refusals;
            await scene.AgreeAsync(openId);
        }
        finally
        {
            gate.Release();
        }
    }
}

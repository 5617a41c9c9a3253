using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.RefreshChaos;

/// <summary>A second service is started under load, and the first is killed: callers who try again for two seconds see nothing of it.</summary>
public sealed class FailoverTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Cure = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Whoever_tries_again_within_two_seconds_never_fails_while_the_first_of_two_dies()
    {
        await using var scene = await RefreshScene.StartAsync(Engine.Postgres, Lifetime, mortals: 1);
        var first = scene.Mortals[0];
        await using var second = new MortalService(scene.Scene);
        Uri[] urls = [first.Url];
        using var over = new CancellationTokenSource();
        ConcurrentQueue<string> failures = new();
        ConcurrentBag<bool> good = [];
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        var callers = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                var openId = scene.People[Random.Shared.Next(scene.People.Count)];
                if (await TryAsync(http, scene, openId, () => Volatile.Read(ref urls)) is { } failure)
                {
                    failures.Enqueue(failure);
                }
                else
                {
                    good.Add(true);
                }
            }
        })).ToList();
        await Eventually.TrueAsync("calls", () => good.Count > 500);
        second.Start();
        await second.ReadyAsync();
        Volatile.Write(ref urls, [second.Url, first.Url]);
        await first.KillAsync();
        var before = good.Count;
        await Eventually.TrueAsync("calls after the death", () => good.Count > before + 500);
        await over.CancelAsync();
        await Task.WhenAll(callers);
        Assert.Empty(failures);
    }

    /// <returns>What went wrong, from the first error on; null when a retry cured it in time.</returns>
    private static async Task<string?> TryAsync(HttpClient http, RefreshScene scene, string openId, Func<Uri[]> urls)
    {
        long? failing = null;
        List<string> problems = [];
        for (var attempt = Random.Shared.Next(2); failing is null || IsTrying(failing.Value, problems.Count); attempt++)
        {
            var known = urls();
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(known[attempt % known.Length], $"/api/v1/grants/{openId}/token"));
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", scene.Scene.BootstrapKey);
                using var answer = await http.SendAsync(request);
                if (answer.StatusCode == HttpStatusCode.OK || WasRefusedByPlatform(scene, openId))
                {
                    return null; // a refresh that died with its process may have to be asked of the person
                }

                problems.Add($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
            catch (HttpRequestException e)
            {
                problems.Add(e.Message);
            }

            failing ??= TimeProvider.System.GetTimestamp();
            await Task.Delay(Pause, TimeProvider.System);
        }

        return string.Join(" | ", problems);
    }

    /// <summary>As often as two seconds allow, however long this machine stood still meanwhile.</summary>
    private static bool IsTrying(long since, int tries) => TimeProvider.System.GetElapsedTime(since) < Cure || tries < Cure / Pause / 2;

    private static bool WasRefusedByPlatform(RefreshScene scene, string openId) => scene.Ledger.All.Any(s => s.OpenId == openId && s.Refused is not null);
}

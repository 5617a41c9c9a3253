using System.Net.Http.Headers;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Refresh;

/// <summary>Further replicas beside a scene's own service: on the same database, at the same platform.</summary>
internal static class Cluster
{
    public const string TokenPath = "/open-apis/authen/v2/oauth/token";
    public const string Refresh = "refresh_token";

    /// <summary>The scene's settings for a replica with an address of its own; the scene's service alone has the long connection.</summary>
    public static Dictionary<string, string> Beside(Scene scene) => new(scene.Settings())
    {
        ["urls"] = $"http://127.0.0.1:{FreePort.Take()}",
        ["LongConnection:Enabled"] = "false",
    };

    public static HttpClient Client(Scene scene, string url)
    {
        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 200, UseProxy = false }) { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(90) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", scene.BootstrapKey);
        return client;
    }

    public static Task ReadyAsync(HttpClient client) => Eventually.TrueAsync("a replica being up", async () =>
    {
        try
        {
            using var answer = await client.GetAsync(new Uri("/health/live", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }, TimeSpan.FromSeconds(90));

    /// <summary>The access token runs out now, everywhere.</summary>
    public static Task ExpireAsync(Scene scene) =>
        scene.Database.ExecuteAsync("UPDATE user_grants SET access_expires_at = clock_timestamp() - interval '1 second', version = version + 1");
}

using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace LarkService.ProxyBench;

/// <summary>Everybody who is called for has agreed.</summary>
internal static class Consent
{
    public static async Task GiveAsync(Uri service, string key, Uri sandbox, IReadOnlyList<string> openIds)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        foreach (var openId in openIds)
        {
            using var asked = await http.PostAsJsonAsync(new Uri(service, "/api/v1/authorizations"), new { openId });
            asked.EnsureSuccessStatusCode();
            var messages = await http.GetFromJsonAsync<JsonNode>(new Uri(sandbox, $"/sandbox/api/messages?openId={openId}"));
            var link = All(messages).Where(o => o["type"]?.ToString() == "open_url").Select(o => new Uri(o["default_url"]!.ToString())).Last();
            using var request = new HttpRequestMessage(HttpMethod.Post, link) { Content = new FormUrlEncodedContent([new("decision", "allow")]) };
            request.Headers.Add("Cookie", $"sandbox_user={openId}");
            using var answer = await http.SendAsync(request);
            await ActiveAsync(http, new Uri(service, $"/api/v1/grants/{openId}"));
        }
    }

    private static async Task ActiveAsync(HttpClient http, Uri grant)
    {
        for (var look = 0; look < 600; look++)
        {
            using var answer = await http.GetAsync(grant);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        throw new TimeoutException("The consent did not come through.");
    }

    private static IEnumerable<JsonObject> All(JsonNode? node) => node switch
    {
        JsonObject found => [found, .. found.SelectMany(p => All(p.Value))],
        JsonArray items => items.SelectMany(All),
        _ => [],
    };
}

using System.Net;
using System.Net.Http.Headers;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Proxy;

/// <summary>A scene whose platform is seen through an <see cref="Upstream"/>; Ava has agreed to what is named.</summary>
internal sealed class ProxyScene : IAsyncDisposable
{
    public const string Prefix = "/api/v1/lark";

    /// <summary>An API of nobody: the registry does not know it, so a user's token goes with it.</summary>
    public const string Thing = "/open-apis/thing/v1/things";

    private readonly HttpClient _http;

    private ProxyScene(Scene scene, Upstream platform)
    {
        (Scene, Platform) = (scene, platform);
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = scene.Url, Timeout = TimeSpan.FromSeconds(60) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", scene.BootstrapKey);
    }

    public Scene Scene { get; }

    public Upstream Platform { get; }

    public static async Task<ProxyScene> StartAsync(SceneOptions? options = null, params string[] scopes)
    {
        var scene = await Scene.PrepareAsync(options ?? new() { Flow = Flow.Redirect });
        var platform = await Upstream.StartAsync(scene.SandboxUrl);
        var settings = scene.Settings();
        settings["Lark:OpenBaseUrl"] = platform.Url.GetLeftPart(UriPartial.Authority);
        await scene.StartServiceAsync(settings);
        if (scopes.Length > 0)
        {
            await scene.GrantAsync(scene.Ava, scopes);
        }

        return new ProxyScene(scene, platform);
    }

    /// <summary>A <see cref="Thing"/> of one test, where several share a scene.</summary>
    public static string NewThing() => $"{Thing}/{Guid.NewGuid():N}";

    /// <summary>A request in Ava's name, from <c>/open-apis/</c> on.</summary>
    public HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content = null, Person? person = null)
    {
        var request = new HttpRequestMessage(method, Prefix + path) { Content = content };
        request.Headers.Add("X-Lark-Open-Id", (person ?? Scene.Ava).OpenId);
        return request;
    }

    /// <summary>Returns with the head of the answer.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct = default) => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);

    public async Task<ApiAnswer> CallAsync(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = Request(method, path, content);
        foreach (var (name, value) in headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var type = answer.Content.Headers.ContentType?.MediaType;
        return new ApiAnswer(
            answer.StatusCode, text, type?.EndsWith("json", StringComparison.Ordinal) == true && text.Length > 0 ? System.Text.Json.Nodes.JsonNode.Parse(text) : null, type, answer.Headers.Location, answer.Headers.RetryAfter?.Delta);
    }

    public Task<ApiAnswer> GetAsync(string path, params (string Name, string Value)[] headers) => CallAsync(HttpMethod.Get, path, null, headers);

    /// <summary>Ava's present token, as the platform knows it.</summary>
    public Task<string> TokenAsync() => TokenAsync(Scene.Ava);

    public async Task<string> TokenAsync(Person person) => (await Scene.Api.GetAsync($"/api/v1/grants/{person.OpenId}/token")).Must(HttpStatusCode.OK)["accessToken"]!;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Scene.DisposeAsync();
        await Platform.DisposeAsync();
    }
}

using System.Net;
using System.Net.Http.Headers;
using LarkService.IntegrationTests.Refresh;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Callers;

/// <summary>Scenes with callers of their own.</summary>
internal static class CallerScene
{
    public const string Email = "ada@example.com";
    public const string Password = "correct horse battery";
    public const string SigningKey = "a-signing-key-for-tests-of-more-than-32-bytes";

    public static Task<Scene> StartAsync(Engine engine = Engine.Sqlite, params (string Key, string Value)[] settings) =>
        Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect, Settings = With(settings) });

    /// <summary>A scene on PostgreSQL with a second replica beside it, and the address of that one.</summary>
    public static async Task<(Scene Scene, RunningService Other, Uri Url)> StartTwoAsync(params (string Key, string Value)[] settings)
    {
        var scene = await StartAsync(Engine.Postgres, settings);
        try
        {
            var beside = Cluster.Beside(scene);
            return (scene, await RunningService.StartAsync(beside, scene.Clock), new Uri(beside["urls"]));
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>Calls with a key or a token; null: with none.</summary>
    public static HttpClient Client(Uri url, string? token)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, Expect100ContinueTimeout = TimeSpan.FromSeconds(30) }) { BaseAddress = url };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public static Api As(this Scene scene, string? token) => new(Client(scene.Url, token));

    public static async Task<(string Id, string Key)> NewKeyAsync(this Scene scene, params string[] permissions)
    {
        var made = (await scene.Api.PostAsync("/api/v1/api-keys", new { name = "crm", permissions })).Must(HttpStatusCode.Created);
        return (made["id"]!, made["key"]!);
    }

    /// <summary>An account, made by whoever may do everything.</summary>
    public static async Task<ApiAnswer> NewAccountAsync(this Scene scene, params string[] permissions) =>
        (await scene.Api.PostAsync("/api/v1/auth/register", new { email = Email, password = Password, permissions })).Must(HttpStatusCode.Created);

    public static Task<ApiAnswer> SignInAsync(this Scene scene, string password = Password, string email = Email) =>
        new Api(scene.Anonymous).PostAsync("/api/v1/auth/login", new { email, password });

    private static Dictionary<string, string> With((string Key, string Value)[] settings) => new(settings.Select(s => KeyValuePair.Create(s.Key, s.Value)))
    {
        ["Api:JwtSigningKey"] = SigningKey,
    };
}

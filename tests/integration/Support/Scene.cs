using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.IntegrationTests.Support;

/// <summary>What a test starts with; it names only what matters to it.</summary>
internal sealed record SceneOptions
{
    public Engine Engine { get; init; }

    public Flow Flow { get; init; }

    /// <summary>A database without any table, for what is about migrations.</summary>
    public bool EmptyDatabase { get; init; }

    /// <summary>A process of its own instead of this one.</summary>
    public bool OwnProcess { get; init; }

    public SandboxOptions Sandbox { get; init; } = Scene.QuickSandbox;

    /// <summary>Laid over the usual configuration, as <c>Section:Key</c>.</summary>
    public Dictionary<string, string> Settings { get; init; } = [];

    /// <summary>A service in this process does scheduled work by itself; a process of its own always does.</summary>
    public bool Timetable { get; init; }

    /// <summary>What a service in this process gets besides its own.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>Routes that a service in this process has besides its own.</summary>
    public Action<IEndpointRouteBuilder>? Routes { get; init; }
}

/// <summary>The three together for one test: the platform, a database, the service. Nothing is shared with any other test.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private readonly SandboxHandle _sandbox;
    private readonly HttpClient _anonymous;
    private readonly HttpClient _api;
    private readonly List<string> _earlierOutput = [];

    private Scene(SandboxHandle sandbox, TestDatabase database, SceneOptions options)
    {
        (_sandbox, Database, Options) = (sandbox, database, options);
        Url = new Uri($"http://127.0.0.1:{FreePort.Take()}");
        _anonymous = NewClient(Url);
        _api = NewClient(Url);
        _api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", BootstrapKey);
        if (options.Flow == Flow.Redirect)
        {
            Platform.RegisterRedirectUri(RedirectUri);
        }
    }

    /// <summary>The platform as it is, only faster where a person would wait.</summary>
    public static SandboxOptions QuickSandbox => new()
    {
        DeviceInterval = TimeSpan.FromSeconds(1),
        RunDuration = TimeSpan.FromMilliseconds(300),
        RedeliveryScale = 0.05,
    };

    public SceneOptions Options { get; }

    public SandboxPlatform Platform => _sandbox.Platform;

    public Uri SandboxUrl => _sandbox.Url;

    public TestDatabase Database { get; }

    public IService Service { get; private set; } = null!;

    public Uri Url { get; }

    /// <summary>The service's clock, when it runs in this process.</summary>
    public MovableTime Clock { get; } = new();

    public string BootstrapKey { get; } = "bootstrap-" + RandomNumberGenerator.GetHexString(32);

    public string EncryptionKey { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Calls without any key.</summary>
    public HttpClient Anonymous => _anonymous;

    /// <summary>Calls with the key that may do everything.</summary>
    public HttpClient Authorized => _api;

    public Api Api => new(_api);

    public Person Lei => new(Platform, Platform.Users[0]);

    public Person Mei => new(Platform, Platform.Users[1]);

    public Person Ava => new(Platform, Platform.Users[2]);

    /// <summary>Every line of every process there was.</summary>
    public IReadOnlyList<string> AllOutput => [.. _earlierOutput, .. Service.Output];

    public int Runs => Platform.AilySessions.Sum(s =>
    {
        lock (s.Gate)
        {
            return s.Runs.Count;
        }
    });

    private string RedirectUri => $"{Url.GetLeftPart(UriPartial.Authority)}/oauth/callback";

    /// <summary>The inside of the service, when it runs in this process.</summary>
    public T Inside<T>()
        where T : notnull => ((RunningService)Service).Services.GetRequiredService<T>();

    /// <summary>The inside of the platform.</summary>
    public T InsidePlatform<T>()
        where T : notnull => _sandbox.Services.GetRequiredService<T>();

    /// <summary>Somebody is asked by REST and agrees.</summary>
    public async Task GrantAsync(Person person, params string[] scopes)
    {
        var asked = (await Api.AskAsync(person, scopes)).Must(HttpStatusCode.Created);
        var card = Platform.FindMessage(asked["messageId"]!)!;
        await person.AgreeAsync(card);
        await card.TurnsAsync("green");
    }

    /// <summary>What AI questions need.</summary>
    public static string[] AiScopes { get; } = [.. LarkService.Apaas.Ai.AilyScopes.All];

    public async Task<string?> GrantStatusAsync(Person person) => (await Api.GetAsync($"/api/v1/grants/{person.OpenId}"))["status"];

    public async Task<string?> SessionStateAsync(string sessionId) => (await Api.GetAsync($"/api/v1/authorizations/{sessionId}"))["state"];

    /// <summary>A click that no card of the sandbox would offer: anybody, any value. What the service answered, as JSON.</summary>
    public async Task<string> PushClickAsync(Person by, JsonNode value, ChatMessage? on = null)
    {
        var envelope = InsidePlatform<Envelopes>().Callback("card.action.trigger", new JsonObject
        {
            ["operator"] = new JsonObject { ["open_id"] = by.OpenId, ["tenant_key"] = Options.Sandbox.TenantKey },
            ["token"] = "c-" + RandomNumberGenerator.GetHexString(20),
            ["action"] = new JsonObject { ["value"] = value.DeepClone(), ["tag"] = "button" },
            ["host"] = "im_message",
            ["context"] = new JsonObject { ["open_message_id"] = on?.MessageId ?? "om_x", ["open_chat_id"] = on?.ChatId ?? "oc_x" },
        });
        var result = await InsidePlatform<Pushes>().PushAsync(Encoding.UTF8.GetBytes(envelope.ToJsonString()), "callback", "a click", CancellationToken.None);
        var answered = Assert.IsType<PushResult.Answered>(result);
        Assert.Equal(200, answered.Code);
        return Encoding.UTF8.GetString(answered.Data ?? []);
    }

    /// <summary>A scene whose service is connected.</summary>
    public static async Task<Scene> StartAsync(SceneOptions? options = null)
    {
        var scene = await PrepareAsync(options);
        try
        {
            await scene.StartServiceAsync();
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>A scene whose service has not been started.</summary>
    public static async Task<Scene> PrepareAsync(SceneOptions? options = null)
    {
        options ??= new SceneOptions();
        var database = await TestDatabase.CreateAsync(options.Engine, options.EmptyDatabase);
        return new Scene(await SandboxHost.StartAsync(options.Sandbox), database, options);
    }

    public Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>
        {
            ["urls"] = Url.GetLeftPart(UriPartial.Authority),
            ["Lark:Apps:0:AppId"] = Options.Sandbox.AppId,
            ["Lark:Apps:0:AppSecret"] = Options.Sandbox.AppSecret,
            ["Lark:Apps:0:AilyAppId"] = Options.Sandbox.AilyAppId,
            ["Lark:OpenBaseUrl"] = SandboxUrl.GetLeftPart(UriPartial.Authority),
            ["Lark:AccountsBaseUrl"] = SandboxUrl.GetLeftPart(UriPartial.Authority),
            ["Database:Provider"] = Database.Provider,
            ["ConnectionStrings:Default"] = Database.ConnectionString,
            ["Encryption:ActiveKeyId"] = "test",
            ["Encryption:Keys:test"] = EncryptionKey,
            ["Api:BootstrapKey"] = BootstrapKey,
            ["Api:AnonymousPerQuarterHour"] = "1000000", // everybody comes from one address here
            ["Authorization:Flow"] = Options.Flow.ToString(),
        };
        if (Options.Flow == Flow.Redirect)
        {
            settings["Authorization:RedirectUri"] = RedirectUri;
        }

        foreach (var (key, value) in Options.Settings)
        {
            settings[key] = value;
        }

        return settings;
    }

    /// <summary>Starts the service, again if it ran before; returns when it is connected.</summary>
    public async Task StartServiceAsync(Dictionary<string, string>? settings = null, bool untilReady = true)
    {
        settings ??= Settings();
        if (Service is not null)
        {
            _earlierOutput.AddRange(Service.Output);
            await Service.DisposeAsync();
        }

        if (Options.OwnProcess)
        {
            Service = ServiceProcess.Start(settings);
        }
        else
        {
            Service = await RunningService.StartAsync(settings, Clock, Options.Services, Options.Timetable, Options.Routes);
        }

        if (untilReady)
        {
            await ReadyAsync();
        }
    }

    public Task ReadyAsync() => Eventually.TrueAsync("the service being ready", IsReadyAsync, TimeSpan.FromSeconds(90));

    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _anonymous.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary><c>kill -9</c>.</summary>
    public Task KillAsync() => ((ServiceProcess)Service).KillAsync();

    public async ValueTask DisposeAsync()
    {
        _anonymous.Dispose();
        _api.Dispose();
        if (Service is not null)
        {
            await Service.DisposeAsync();
        }

        await _sandbox.DisposeAsync();
        await Database.DisposeAsync();
    }

    private static HttpClient NewClient(Uri url) => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = url };
}

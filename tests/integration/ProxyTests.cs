using LarkSandbox.LongConnection;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary>The service behind a company's proxy, as the environment names it, and in front of TLS.</summary>
public sealed class ProxyTests
{
    [Fact]
    public async Task Both_legs_go_through_the_environments_proxy_with_its_password_and_no_secret_is_logged()
    {
        const string password = "proxy pass/word";
        await using var proxy = new TestProxy("worker", password);
        await using var scene = await Scene.PrepareAsync(new()
        {
            Flow = Flow.Redirect,
            OwnProcess = true,
            Settings = { ["Logging:LogLevel:Default"] = "Trace", ["Logging:LogLevel:Microsoft"] = "Trace", ["Logging:LogLevel:System"] = "Trace" },
        });
        await scene.StartServiceAsync(With(scene.Settings(), proxy.Environment));

        await HelpAsync(scene);
        await Eventually.TrueAsync("both connections", () => scene.Platform.Connections.Open.Count == 2);
        Assert.Equal(2, proxy.Forwarded.Count(request => request == "POST /callback/ws/endpoint"));
        Assert.Contains("POST /open-apis/im/v1/messages", string.Join('\n', proxy.Forwarded), StringComparison.Ordinal);
        Assert.Equal(2, proxy.Tunnels.Count(target => target == scene.SandboxUrl.Authority)); // a WebSocket gets a tunnel, also without TLS
        Assert.NotEmpty(proxy.Refused); // the password is asked for, not sent around

        await scene.Service.StopAsync();
        await Leaks.NoneAsync(scene);
        Assert.DoesNotContain(scene.AllOutput, line => line.Contains(password, StringComparison.Ordinal) || line.Contains(Uri.EscapeDataString(password), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Https_and_wss_go_through_tunnels_and_their_certificate_is_checked()
    {
        await using var proxy = new TestProxy();
        await using var scene = await Scene.PrepareAsync(new() { OwnProcess = true, Settings = { ["LongConnection:ConnectionsPerApp"] = "1" } });
        await using var tls = new TlsFront(scene.SandboxUrl);
        using var trusted = new TemporaryFile(tls.CertificatePem);
        GiveAddress(scene, tls);
        var settings = With(scene.Settings(), proxy.Environment);
        settings["Lark:OpenBaseUrl"] = $"https://{tls.Host}";
        settings["SSL_CERT_FILE"] = trusted.Path; // this process trusts it, no other does
        await scene.StartServiceAsync(settings);

        await HelpAsync(scene);
        Assert.Empty(proxy.Forwarded);
        Assert.All(proxy.Tunnels, target => Assert.Equal(tls.Host, target));
        Assert.InRange(proxy.Tunnels.Count, 2, 10); // one of them is the WebSocket
    }

    [Fact]
    public async Task A_proxy_that_is_not_there_is_named_without_its_password()
    {
        await using var scene = await Scene.PrepareAsync(new() { OwnProcess = true });
        var nobody = $"127.0.0.1:{FreePort.Take()}";
        var settings = scene.Settings();
        settings["HTTP_PROXY"] = settings["http_proxy"] = $"http://worker:geheim@{nobody}";
        settings["NO_PROXY"] = settings["no_proxy"] = "";
        await scene.StartServiceAsync(settings, untilReady: false);

        await ToldAsync(scene, $"127.0.0.1 cannot be reached through the proxy {nobody} (ConnectionRefused)");
        Assert.DoesNotContain(scene.AllOutput, line => line.Contains("geheim", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_platform_whose_certificate_is_not_trusted_is_not_spoken_to()
    {
        await using var scene = await Scene.PrepareAsync();
        await using var tls = new TlsFront(scene.SandboxUrl);
        var settings = scene.Settings();
        settings["Lark:OpenBaseUrl"] = $"https://{tls.Host}";
        await scene.StartServiceAsync(settings, untilReady: false);

        await ToldAsync(scene, "The TLS certificate of 127.0.0.1 is not trusted");
        Assert.Equal(0, scene.Platform.Connections.Opened);
        Assert.Contains("is not trusted", (await new Api(scene.Anonymous).GetAsync("/health")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_whose_certificate_is_not_trusted_is_not_opened()
    {
        await using var scene = await Scene.PrepareAsync(new() { Settings = { ["LongConnection:ConnectionsPerApp"] = "1" } });
        await using var tls = new TlsFront(scene.SandboxUrl);
        var ticket = GiveAddress(scene, tls);
        await scene.StartServiceAsync(untilReady: false);

        await ToldAsync(scene, "The TLS certificate of 127.0.0.1 is not trusted");
        await scene.ReadyAsync(); // the next address is one without TLS
        Assert.Equal(1, scene.Platform.Connections.Opened);
        Assert.DoesNotContain(scene.AllOutput, line => line.Contains(ticket, StringComparison.Ordinal));
    }

    /// <summary>The next address the platform gives leads through TLS.</summary>
    private static string GiveAddress(Scene scene, TlsFront tls)
    {
        var ticket = scene.InsidePlatform<Tickets>().Issue();
        scene.Platform.Faults.Board.FailNext("/callback/ws/endpoint", 200, $$$"""
            {"code":0,"data":{"URL":"wss://{{{tls.Host}}}/ws/v2?aid=1&device_id={{{ticket.DeviceId}}}&service_id=1&ticket={{{ticket.Value}}}"}}
            """);
        return ticket.Value;
    }

    private static async Task HelpAsync(Scene scene)
    {
        scene.Ava.Write("/help");
        await scene.Ava.CardAsync("an answer", m => m.Text().Contains("What I can do", StringComparison.Ordinal));
    }

    private static Task ToldAsync(Scene scene, string words) =>
        Eventually.TrueAsync($"the log telling “{words}”", () => scene.Service.Output.Any(line => line.Contains(words, StringComparison.Ordinal)));

    private static Dictionary<string, string> With(Dictionary<string, string> settings, IEnumerable<KeyValuePair<string, string>> more)
    {
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        return settings;
    }

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(string text) => File.WriteAllText(Path, text);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}

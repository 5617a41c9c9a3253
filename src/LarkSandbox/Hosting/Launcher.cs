namespace LarkSandbox.Hosting;

/// <summary>The demo: the simulator first, then LarkService beside it, one address to open, and one end for both.</summary>
internal static class Launcher
{
    private const int UsageError = 64;

    public static async Task<int> RunAsync(string[] args)
    {
        LaunchOptions launch;
        try
        {
            launch = LaunchOptions.Parse(args);
        }
        catch (FormatException problem)
        {
            await Console.Error.WriteLineAsync($"{problem.Message}\n\n{LaunchOptions.Usage}");
            return UsageError;
        }

        if (launch.Help)
        {
            Console.WriteLine(LaunchOptions.Usage);
            return 0;
        }

        return launch.NoService ? await RunAloneAsync(launch) : await RunWithServiceAsync(launch);
    }

    /// <summary>Friendlier than the real platform: nobody wants to wait for a demo.</summary>
    private static SandboxOptions Demo(LaunchOptions launch, DataFolder data, string? serviceUrl) => new()
    {
        AppSecret = data.AppSecret,
        FilesFolder = data.Root,
        AppScopes = launch.OpenScopes ?? Chat.ScopeCatalog.Default,
        RedirectUris = serviceUrl is null ? [] : [ServiceSettings.RedirectUri(serviceUrl)],
        DeviceInterval = TimeSpan.FromSeconds(2),
        RunDuration = TimeSpan.FromSeconds(1.5),
        RedeliveryScale = 0.02,
        PingInterval = TimeSpan.FromSeconds(30),
        ReconnectInterval = TimeSpan.FromSeconds(2),
        ReconnectNonce = TimeSpan.Zero,
        Relay = true,
    };

    private static SandboxOptions ForLoad(LaunchOptions launch, SandboxOptions demo) => launch.LoadPeople is not { } people ? demo : demo with
    {
        ExtraUsers = people,
        CallsPerSecond = 0,
        CallsPerMinute = 0,
        MessagesPerSecondPerReceiver = 0,
        PatchesPerSecondPerMessage = 0,
        RecordWire = false,
        MaxConnections = 1000,
        Relay = false,
    };

    private static async Task<int> RunAloneAsync(LaunchOptions launch)
    {
        var data = new DataFolder(launch.Data);
        var options = ForLoad(launch, Demo(launch, data, null));
        var app = SandboxHost.Build(options, Ports.FreeFrom(launch.Port));
        await app.StartAsync();
        await using var sandbox = new SandboxHandle(app);
        var url = Address(sandbox);
        Console.WriteLine(launch.Json ? Welcome.Ready(url, null, options, data, OpenIds(sandbox)) : Welcome.Alone(url, options, data));
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static async Task<int> RunWithServiceAsync(LaunchOptions launch)
    {
        var dll = Path.GetFullPath(launch.ServiceDll ?? ServiceProcess.DefaultDll());
        if (!File.Exists(dll))
        {
            await Console.Error.WriteLineAsync($"LarkService is not built: {dll} does not exist. Run `dotnet build`, name it with --service, or use --no-service.");
            return UsageError;
        }

        var data = new DataFolder(launch.Data);
        var sandboxPort = Ports.FreeFrom(launch.Port);
        var serviceUrl = $"http://127.0.0.1:{Ports.FreeFrom(launch.ServicePort == sandboxPort ? launch.ServicePort + 1 : launch.ServicePort)}";
        var options = Demo(launch, data, serviceUrl);
        var app = SandboxHost.Build(options, sandboxPort);
        await app.StartAsync();
        await using var sandbox = new SandboxHandle(app);
        sandbox.Platform.ServiceUrl = serviceUrl;
        var url = Address(sandbox);
        var settings = ServiceSettings.For(options, data, url, serviceUrl, launch.RedirectFlow);
        await using var service = ServiceProcess.Start(dll, settings, data.ServiceLog, app.Lifetime.StopApplication);
        Console.WriteLine(launch.Json
            ? Welcome.Ready(url, serviceUrl, options, data, OpenIds(sandbox))
            : Welcome.WithService(url, serviceUrl, data, sandbox.Platform.Users[0].OpenId));
        return await UntilTheEndAsync(app, service);
    }

    private static async Task<int> UntilTheEndAsync(WebApplication app, ServiceProcess service)
    {
        var shutdown = app.WaitForShutdownAsync();
        if (await Task.WhenAny(shutdown, service.Ended) == shutdown || app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return 0;
        }

        await Console.Error.WriteLineAsync($"\nLarkService ended by itself with exit code {service.ExitCode}. The last it said:\n");
        foreach (var line in service.LastLines)
        {
            await Console.Error.WriteLineAsync("  " + line);
        }

        await app.StopAsync();
        return 1;
    }

    private static string Address(SandboxHandle sandbox) => sandbox.Url.GetLeftPart(UriPartial.Authority);

    private static IEnumerable<string> OpenIds(SandboxHandle sandbox) => sandbox.Platform.Users.Select(u => u.OpenId);
}

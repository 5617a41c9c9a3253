using System.Text.Unicode;
using LarkSandbox.Access;
using LarkSandbox.Faults;
using LarkSandbox.LongConnection;
using LarkSandbox.Wire;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.WebEncoders;

namespace LarkSandbox.Hosting;

/// <summary>Builds and starts the simulator, on loopback only; the launcher and the tests begin here.</summary>
internal static class SandboxHost
{
    /// <summary>Builds a simulator that is not started yet. Port 0 takes a free one.</summary>
    public static WebApplication Build(SandboxOptions options, int port = 0, TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(SandboxHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            WebRootPath = Path.Combine(AppContext.BaseDirectory, "wwwroot"),
            EnvironmentName = Environments.Production,
        });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection([new("AllowedHosts", "127.0.0.1;localhost")]);
        builder.Logging.ClearProviders().AddSimpleConsole(o => o.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
        });
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(3));
        builder.Services.AddRazorPages();

        // The forms' keys live as long as the simulator does; nothing is written into the user's home.
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.Remove(builder.Services.Single(s => s.ImplementationType?.Name == "DataProtectionHostedService"));
        builder.Services.Configure<WebEncoderOptions>(o => o.TextEncoderSettings = new(UnicodeRanges.All));
        builder.Services.AddSandbox(options, clock ?? TimeProvider.System);
        return Wire(builder.Build());
    }

    /// <summary>Builds and starts a simulator.</summary>
    public static async Task<SandboxHandle> StartAsync(SandboxOptions? options = null, int port = 0, TimeProvider? clock = null)
    {
        var app = Build(options ?? new(), port, clock);
        await app.StartAsync();
        return new(app);
    }

    private static WebApplication Wire(WebApplication app)
    {
        app.UseMiddleware<LogIds>();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        app.UseMiddleware<WireRecorder>();
        app.UseMiddleware<FaultInjector>();
        app.UseMiddleware<ApiGate>();
        app.UseStaticFiles();
        app.MapRazorPages();
        app.MapPlatform();
        app.MapChat();
        app.Lifetime.ApplicationStopping.Register(() => app.Services.GetRequiredService<Connections>().DropAll("The simulator stops."));
        return app;
    }
}

using System.Net;
using LarkService.Hosting;
using LarkService.Platform.Http;
using Yarp.ReverseProxy.Forwarder;

namespace LarkService.ProxyBench;

/// <summary>YARP's plain forwarder: the same way and back, with nothing added and nothing looked at; alone, and where ours stands.</summary>
internal static class Yardstick
{
    public static async Task RunAsync(int port, string platform)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.Services.AddHttpForwarder();
        await using var app = builder.Build();
        using var client = Client();
        Map(app, "/{**rest}", platform, client);
        await app.RunAsync();
    }

    /// <summary>In a service of its own, behind the same check of keys and permissions, limits, metrics, traces and error pages.</summary>
    public static async Task RunInServiceAsync(string platform)
    {
        await using var app = ServiceHost.Build([], builder => builder.Services.AddHttpForwarder());
        using var client = Client();
        Map(app, Load.Yard + "/{**rest}", platform, client).RequirePermission(Permissions.CallsExecute);
        await app.RunAsync();
    }

    private static HttpMessageInvoker Client() =>
        new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false });

    private static IEndpointConventionBuilder Map(WebApplication app, string route, string platform, HttpMessageInvoker client)
    {
        var config = new ForwarderRequestConfig { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        return app.Map(route, async http => { await forwarder.SendAsync(http, platform, client, config, HttpTransformer.Default); });
    }
}

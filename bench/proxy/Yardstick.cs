using System.Net;
using Yarp.ReverseProxy.Forwarder;

namespace LarkService.ProxyBench;

/// <summary>YARP's plain forwarder: the same way and back, with nothing added and nothing looked at.</summary>
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
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false });
        var config = new ForwarderRequestConfig { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        app.Map("/{**rest}", async (HttpContext http, IHttpForwarder forwarder) => { await forwarder.SendAsync(http, platform, client, config, HttpTransformer.Default); });
        await app.RunAsync();
    }
}

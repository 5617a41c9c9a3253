using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LarkService.Realtime;

/// <summary>Registers the hub. An <see cref="ILiveFeed"/> and an <see cref="IFormerCallers"/> must be registered, too.</summary>
internal static class RealtimeSetup
{
    public const string Path = "/hubs/realtime";

    /// <summary>Of what a client sends: calls with few arguments.</summary>
    private const int MostMessageBytes = 16 * 1024;

    /// <summary>Of what waits for a client in the transport; beyond it events are counted, see <see cref="LiveConnection.MostWaiting"/>.</summary>
    private const int MostBufferedBytes = 64 * 1024;

    public static IServiceCollection AddRealtime(this IServiceCollection services)
    {
        services.AddSignalR(hub =>
        {
            hub.MaximumReceiveMessageSize = MostMessageBytes;
            hub.HandshakeTimeout = TimeSpan.FromSeconds(5);
        });
        services.RemoveAll<IHubProtocol>();
        services.AddSingleton<IHubProtocol, ForgivingProtocol>();

        // A client whose machine or network is gone says no goodbye.
        services.Configure<Microsoft.AspNetCore.Builder.WebSocketOptions>(o => (o.KeepAliveInterval, o.KeepAliveTimeout) = (TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(20)));

        // It calls our refusals errors; what clients send wrong is theirs to read.
        services.AddLogging(l => l.AddFilter("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.None));
        services.AddSingleton<RealtimeMetrics>();
        services.AddSingleton<LiveConnections>();
        services.AddSingleton<LiveArrivals>();
        services.AddHostedService<LiveDelivery>();
        services.AddHostedService<FormerCallerLoop>();
        return services;
    }

    /// <summary>To be called before whatever asks who calls.</summary>
    public static void UseTokenInQuery(this WebApplication app) => app.Use(TokenInQuery.PassAsync);

    public static void MapRealtime(this IEndpointRouteBuilder routes) => routes
        .MapHub<RealtimeHub>(Path, line =>
        {
            line.Transports = HttpTransportType.WebSockets;
            line.ApplicationMaxBufferSize = MostMessageBytes;
            line.TransportMaxBufferSize = MostBufferedBytes;
            line.TransportSendTimeout = TimeSpan.FromSeconds(10);
            line.WebSockets.CloseTimeout = TimeSpan.FromSeconds(2);
        })
        .RequireCaller()
        .DisableHttpMetrics(); // a line that is open for hours is no slow request
}

using System.Net;
using LarkService.Platform.Configuration;
using LarkService.Platform.OpenApi;
using LarkService.Platform.Registry;

namespace LarkService.Platform;

/// <summary>Registers the ground floor: apps, clock, and the client of the open platform. Who uses <see cref="AppSetupAlerts"/> also registers an <see cref="IOperatorAlerts"/>.</summary>
internal static class PlatformSetup
{
    public static IServiceCollection AddPlatform(this IServiceCollection services)
    {
        services.AddChecked<LarkOptions>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<LarkApps>();
        services.AddSingleton(_ => ApiRegistry.Load()); // read when first needed
        services.AddSingleton<TenantTokens>();
        services.AddSingleton<OpenApiClient>();
        services.AddSingleton<AppSetupAlerts>();
        services.AddTransient<RetryHandler>();
        services.AddHttpClient(OpenApiClient.HttpClientName).UseOpenPlatform();
        return services;
    }

    /// <summary>Timeouts, retries and connection handling that every client of the platform shares.</summary>
    public static IHttpClientBuilder UseOpenPlatform(this IHttpClientBuilder client) => client
        .ConfigureHttpClient(c =>
        {
            // Each try, with its body, has its own limit in RetryHandler: four of 15 s and the pauses between them.
            c.Timeout = Timeout.InfiniteTimeSpan;
            c.MaxResponseContentBufferSize = PlatformAnswer.MaxBytes;
            c.DefaultRequestHeaders.UserAgent.ParseAdd("LarkService/0.1");
        })
        .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            AutomaticDecompression = DecompressionMethods.All,
            AllowAutoRedirect = false,
            UseCookies = false,
        })
        .AddHttpMessageHandler<RetryHandler>()
        .RemoveAllLoggers(); // the framework's loggers write whole URLs; ours say what matters
}

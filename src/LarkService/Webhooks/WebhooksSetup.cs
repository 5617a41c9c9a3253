using LarkService.Data.Tidying;
using LarkService.Platform.Configuration;

namespace LarkService.Webhooks;

/// <summary>Registers signed notices to other systems.</summary>
internal static class WebhooksSetup
{
    /// <summary>An answer's body says nothing to us: so much of it is taken to keep the connection, the rest is cut off.</summary>
    private const int MostOfAnAnswer = 1024;

    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddCheck(WebhookTargets.Faults);
        services.AddSingleton<WebhookTargets>();
        services.AddSingleton<WebhookSignal>();
        services.AddSingleton<WebhookQueue>();
        services.AddSingleton<StoredDeliveries>();
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<IOldRows>(OldDeliveries.Arrived);
        services.AddSingleton<IOldRows>(OldDeliveries.GivenUp);
        services.AddSingleton<IOldRows>(OldDeliveries.ForNobody);
        services.AddHttpClient(WebhookClient.HttpClientName)
            .ConfigureHttpClient(client =>
            {
                client.Timeout = Timeout.InfiniteTimeSpan; // WebhookClient has its own limit
                client.DefaultRequestHeaders.UserAgent.ParseAdd("LarkService/0.1");
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                ActivityHeadersPropagator = null, // no span: the path of many a receiver's URL is its password
                ConnectTimeout = TimeSpan.FromSeconds(5),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                MaxResponseDrainSize = MostOfAnAnswer,
                ResponseDrainTimeout = TimeSpan.FromSeconds(1),
                MaxResponseHeadersLength = 16, // KB
            })
            .RemoveAllLoggers();
        services.AddHostedService<WebhookLoop>();
        return services;
    }
}

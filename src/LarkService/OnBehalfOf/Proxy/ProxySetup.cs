using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>Registers the proxy.</summary>
internal static class ProxySetup
{
    public static IServiceCollection AddProxy(this IServiceCollection services)
    {
        services.AddSingleton(provider => new ProxyClient(ProxyClient.ToThePlatform(Traces.AreCollected(provider.GetRequiredService<IConfiguration>()))));
        services.AddSingleton<ProxySender>();
        services.AddSingleton<Forwarder>();
        services.AddSingleton<OpenApiProxy>();
        services.AddSingleton<IOperation, ProxyOperation>();
        return services;
    }
}

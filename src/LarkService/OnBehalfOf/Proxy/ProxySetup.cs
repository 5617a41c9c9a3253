using LarkService.OnBehalfOf.Operations;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>Registers the proxy.</summary>
internal static class ProxySetup
{
    public static IServiceCollection AddProxy(this IServiceCollection services)
    {
        services.AddSingleton(_ => new ProxyClient(ProxyClient.ToThePlatform()));
        services.AddSingleton<ProxySender>();
        services.AddSingleton<Forwarder>();
        services.AddSingleton<OpenApiProxy>();
        services.AddSingleton<IOperation, ProxyOperation>();
        return services;
    }
}

using LarkService.Platform.Configuration;

namespace LarkService.LongConnection;

/// <summary>Registers the long connection. Whoever uses it also registers an <see cref="IPayloadSink"/> and an <see cref="Platform.IOperatorAlerts"/>.</summary>
internal static class LongConnectionSetup
{
    public static IServiceCollection AddLongConnection(this IServiceCollection services)
    {
        services.AddChecked<LongConnectionOptions>();
        services.AddSingleton<LongConnectionStatuses>();
        services.AddSingleton<LongConnectionMetrics>();
        services.AddSingleton<RareLog>();
        services.AddSingleton<ReconnectSchedule>(_ => new ReconnectSchedule());
        services.AddSingleton<ConnectionEndpoint>();
        services.AddSingleton<ILarkSocketConnector, WebSocketConnector>();
        services.AddSingleton<ConnectionOpener>();
        services.AddSingleton<ReplacementTurns>();
        services.AddHostedService<LongConnectionLoop>();
        services.AddHostedService<ConnectionAlerts>();
        services.AddHealthChecks().AddCheck<LongConnectionHealth>(LongConnectionHealth.Name, tags: ["ready"]);
        return services;
    }
}

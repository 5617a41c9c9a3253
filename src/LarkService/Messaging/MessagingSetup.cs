using LarkService.Platform;
using LarkService.Platform.Configuration;

namespace LarkService.Messaging;

/// <summary>Registers sending of messages and cards, and the operators' chat.</summary>
internal static class MessagingSetup
{
    public static IServiceCollection AddMessaging(this IServiceCollection services)
    {
        services.AddChecked<AlertsOptions>();
        services.AddSingleton<MessageClient>();
        services.AddSingleton<CardEntities>();
        services.AddSingleton<AdminChat>();
        services.AddSingleton<IOperatorAlerts>(provider => provider.GetRequiredService<AdminChat>());
        services.AddHostedService(provider => provider.GetRequiredService<AdminChat>());
        return services;
    }
}

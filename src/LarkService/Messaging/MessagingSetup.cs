namespace LarkService.Messaging;

/// <summary>Registers sending of messages and cards.</summary>
internal static class MessagingSetup
{
    public static IServiceCollection AddMessaging(this IServiceCollection services)
    {
        services.AddSingleton<MessageClient>();
        return services;
    }
}

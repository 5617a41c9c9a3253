using LarkService.Data;
using LarkService.Events.Callbacks;
using LarkService.Events.Chat;
using LarkService.Events.Inbox;
using LarkService.LongConnection;

namespace LarkService.Events;

/// <summary>Registers events and callbacks; handlers follow on the builder.</summary>
internal static class EventsSetup
{
    public static EventsBuilder AddEvents(this IServiceCollection services)
    {
        services.AddSingleton<EventHandlers>();
        services.AddSingleton<EventsMetrics>();
        services.AddSingleton<InboxSignal>();
        services.AddSingleton<InboxPace>();
        services.AddSingleton(provider => InboxWriter.For(provider.GetRequiredService<Database>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<EventInbox>();
        services.AddSingleton<InboxStore>();
        services.AddSingleton<InboxClaims>();
        services.AddSingleton<EventEnds>();
        services.AddSingleton<InboxRunner>();
        services.AddSingleton<InboxHands>();
        services.AddHostedService<InboxLoop>();
        services.AddSingleton<InboxHousekeeping>();
        services.AddHostedService(provider => provider.GetRequiredService<InboxHousekeeping>());
        services.AddSingleton<StoredEvents>();
        services.AddSingleton<CardActionHandlers>();
        services.AddSingleton<CallbackWork>();
        services.AddHostedService(provider => provider.GetRequiredService<CallbackWork>());
        services.AddSingleton<CardCallbacks>();
        services.AddSingleton<ChatCommands>();
        services.AddSingleton<IPayloadSink, EventSink>();
        return new EventsBuilder(services);
    }
}

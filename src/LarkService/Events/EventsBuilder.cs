using LarkService.Events.Callbacks;
using LarkService.Events.Chat;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LarkService.Events;

/// <summary>Registers handlers, one line each. A handler is a singleton; one class may serve several lines.</summary>
internal sealed class EventsBuilder(IServiceCollection services)
{
    /// <summary>Handles a type of event, after it was acknowledged.</summary>
    public EventsBuilder OnEvent<THandler>(string eventType)
        where THandler : class, IEventHandler
    {
        services.TryAddSingleton<THandler>();
        services.AddSingleton(new EventRegistration(eventType, typeof(THandler)));
        return this;
    }

    /// <summary>Answers clicks whose value holds this <c>action</c>.</summary>
    public EventsBuilder OnCardAction<THandler>(string action)
        where THandler : class, ICardActionHandler
    {
        services.TryAddSingleton<THandler>();
        services.AddSingleton(new CardActionRegistration(action, typeof(THandler)));
        return this;
    }

    /// <summary>Answers messages that begin with the command's word, and the entry of the bot's menu that is named like it.</summary>
    public EventsBuilder OnCommand<THandler>(ChatCommand command)
        where THandler : class, IChatHandler
    {
        services.TryAddSingleton<THandler>();
        services.AddSingleton(new ChatCommandRegistration(command, typeof(THandler)));
        return ListenInChat();
    }

    /// <summary>Answers every message that is no command. There is one such handler.</summary>
    public EventsBuilder OnMessage<THandler>()
        where THandler : class, IChatHandler
    {
        if (services.Any(s => s.ServiceType == typeof(ChatFallback)))
        {
            throw new InvalidOperationException("Messages that are no command have a handler already.");
        }

        services.TryAddSingleton<THandler>();
        services.AddSingleton(new ChatFallback(typeof(THandler)));
        return ListenInChat();
    }

    // Only once somebody answers messages are they worth storing.
    private EventsBuilder ListenInChat() => services.Any(s => s.ServiceType == typeof(ChatMessages)) ? this : OnEvent<ChatMessages>(EventTypes.Message).OnEvent<BotMenu>(EventTypes.BotMenu);
}

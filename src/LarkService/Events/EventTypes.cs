namespace LarkService.Events;

/// <summary>Types of pushes this feature itself knows.</summary>
internal static class EventTypes
{
    /// <summary>Somebody wrote to the bot. Told apart by the message's id, says the platform, not by the event's.</summary>
    public const string Message = "im.message.receive_v1";

    /// <summary>Somebody chose an entry of the bot's menu.</summary>
    public const string BotMenu = "application.bot.menu_v6";

    /// <summary>Somebody clicked on a card: a callback.</summary>
    public const string CardAction = "card.action.trigger";
}

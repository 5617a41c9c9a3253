namespace LarkService.Messaging;

/// <summary>Whom a message goes to.</summary>
/// <param name="IdType">The platform's <c>receive_id_type</c>.</param>
/// <param name="Id">The id of that type.</param>
internal sealed record Receiver(string IdType, string Id)
{
    /// <summary>One person, in their own chat with the bot.</summary>
    public static Receiver User(string openId) => new("open_id", openId);

    /// <summary>A chat the bot is in: a group's, or a person's with the bot.</summary>
    public static Receiver Chat(string chatId) => new("chat_id", chatId);
}

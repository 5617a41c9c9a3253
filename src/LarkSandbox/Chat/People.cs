using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;

namespace LarkSandbox.Chat;

/// <summary>What people do in the client: write to the bot, open the chat. Each becomes an event.</summary>
internal sealed class People(TenantDirectory directory, MessageStore messages, Envelopes envelopes, EventDeliveries deliveries, TimeProvider clock)
{
    private const int MostTextBytes = 150 * 1024;

    public static bool IsTooLong(string text) => Encoding.UTF8.GetByteCount(text) > MostTextBytes;

    /// <summary>Writes to the bot, alone or in the group (where the bot is mentioned).</summary>
    public (ChatMessage Message, Delivery Delivery) Write(DemoUser user, string text, bool inGroup = false)
    {
        var message = new ChatMessage
        {
            MessageId = Ids.Message(),
            ChatId = inGroup ? TenantDirectory.GroupChatId : user.ChatId,
            SenderOpenId = user.OpenId,
            MsgType = "text",
            Content = Json.Write(new JsonObject { ["text"] = inGroup ? "@_user_1 " + text : text }),
            CreatedAt = clock.GetUtcNow(),
        };
        messages.Add(message, null, null);
        return (message, deliveries.Push(envelopes.MessageReceived(user, message, inGroup)));
    }

    public Delivery EnterChat(DemoUser user)
    {
        var last = messages.All.LastOrDefault(m => m.ChatId == user.ChatId && !m.Deleted);
        return deliveries.Push(envelopes.ChatEntered(user, last));
    }

    /// <summary>Chooses an entry of the bot's menu.</summary>
    public Delivery ChooseMenu(DemoUser user, string eventKey) => deliveries.Push(envelopes.MenuChosen(user, eventKey));

    public Delivery Revoked(string openId, string reason, string types) => deliveries.Push(envelopes.TokensRevoked(directory.Find(openId)!, reason, types));

    public Delivery Left(string openId)
    {
        directory.Leave(openId);
        return deliveries.Push(envelopes.UserDeleted(directory.Find(openId)!));
    }
}

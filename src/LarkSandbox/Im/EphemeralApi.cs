using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Cards;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.Im;

/// <summary><c>/open-apis/ephemeral/v1</c>: a card in a group that one person sees. The card is an object.</summary>
internal sealed class EphemeralApi(TenantDirectory directory, MessageStore messages, TimeProvider clock)
{
    public async Task<IResult> SendAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (body.Text("chat_id") != TenantDirectory.GroupChatId)
        {
            return Answer.Error(directory.OwnerOf(body.Text("chat_id")) is null ? 230034 : 18065, "ephemeral cards need a group chat that the bot is in");
        }

        if (body.Text("msg_type") != "interactive" || body?["card"] is not JsonObject card)
        {
            return ImError.BadParameter("msg_type must be interactive, card an object");
        }

        if (FindUser(body) is not { } user)
        {
            return Answer.Error(99992351, "the person is unknown to this app");
        }

        if (CardValidator.Check(card) is { } problem)
        {
            return ImError.Card(problem);
        }

        return Encoding.UTF8.GetByteCount(Json.Write(card)) > MessageContent.MostCardBytes ? ImError.TooLong() : Post(user, card);
    }

    public async Task<IResult> DeleteAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (messages.Find(body.Text("message_id") ?? "") is not { OnlyVisibleTo: not null, Deleted: false } message)
        {
            return ImError.BadParameter("invalid message_id");
        }

        messages.Remove(message);
        return Answer.Data(new JsonObject());
    }

    private IResult Post(DemoUser user, JsonObject card)
    {
        var message = new ChatMessage
        {
            MessageId = Ids.Message(),
            ChatId = TenantDirectory.GroupChatId,
            SenderOpenId = null,
            MsgType = "interactive",
            Content = Json.Write(card),
            CreatedAt = clock.GetUtcNow(),
            OnlyVisibleTo = user.OpenId,
        };
        messages.Add(message, (JsonObject)card.DeepClone(), null);
        return Answer.Data(new JsonObject { ["message_id"] = message.MessageId });
    }

    private DemoUser? FindUser(JsonObject body) =>
        body.Text("open_id") is { } openId ? directory.Find(openId)
        : body.Text("user_id") is { } userId ? directory.FindBy("user_id", userId)
        : body.Text("email") is { } email ? directory.FindBy("email", email)
        : null;
}

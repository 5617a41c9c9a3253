using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Cards;
using LarkSandbox.Cards.Entities;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;

namespace LarkSandbox.Im;

/// <summary><c>/open-apis/im/v1/messages</c>: send, reply, patch a card, recall.</summary>
internal sealed class MessagesApi(SandboxOptions options, TenantDirectory directory, MessageStore messages, CardEntityStore entities, RateWindow window, TimeProvider clock)
{
    private static readonly TimeSpan PatchLife = TimeSpan.FromDays(14);

    public async Task<IResult> SendAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (FindChat(http.Request.Query["receive_id_type"].ToString(), body.Text("receive_id"), out var chatId) is { } unknown)
        {
            return unknown;
        }

        return Post(Caller.Of(http), chatId, body, null);
    }

    public async Task<IResult> ReplyAsync(HttpContext http, string messageId, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return messages.Find(messageId) switch
        {
            null => ImError.BadParameter("invalid message_id"),
            { Deleted: true } => Answer.Error(230011, "The message was recalled."),
            { OnlyVisibleTo: not null } => Answer.Error(230050, "The message is not visible to the operator."),
            var parent => Post(Caller.Of(http), parent.ChatId, body, parent),
        };
    }

    public async Task<IResult> PatchAsync(HttpContext http, string messageId, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (CheckPatch(Caller.Of(http), messageId, out var message) is { } forbidden)
        {
            return forbidden;
        }

        if (body.Text("content") is not { } content)
        {
            return ImError.BadParameter("content is required, as a string");
        }

        var (problem, card) = MessageContent.ReadCard(content);
        if (problem is not null)
        {
            return problem;
        }

        if (CheckSuccessor(message!, card!) is { } unfit)
        {
            return unfit;
        }

        messages.Update(message!, "patch", card!);
        return Answer.Data(new JsonObject(), "ok");
    }

    public IResult Recall(HttpContext http, string messageId)
    {
        switch (messages.Find(messageId))
        {
            case null:
                return ImError.BadParameter("invalid message_id");
            case { Deleted: true }:
                return Answer.Error(230011, "The message was recalled.");
            case { OnlyVisibleTo: not null }:
                return Answer.Error(230050, "The message is not visible to the operator.");
            case var message when message.SenderOpenId != Caller.Of(http).OpenId:
                return Answer.Error(230026, "No permission to recall this message.");
            case var message:
                messages.Remove(message);
                return Answer.Data(new JsonObject());
        }
    }

    private IResult Post(Caller caller, string chatId, JsonObject? body, ChatMessage? parent)
    {
        if (directory.HasLeft(directory.OwnerOf(chatId)?.OpenId))
        {
            return Answer.Error(230029, "The user has resigned.");
        }

        var (msgType, content, uuid) = (body.Text("msg_type"), body.Text("content"), body.Text("uuid"));
        var entity = CardEntityStore.IdIn(msgType, content) is { } entityId ? entities.Find(entityId) ?? new CardEntity(entityId, [], default) { MessageId = "" } : null;
        var (problem, card) = entity is null ? MessageContent.Read(msgType, content) : (null, (JsonObject)entity.Card.DeepClone());
        if (problem is not null)
        {
            return problem;
        }

        if (uuid is { Length: > 50 })
        {
            return ImError.BadParameter("uuid is longer than 50");
        }

        if (uuid is { Length: > 0 } && messages.FindByUuid(uuid) is { } first)
        {
            return Answer.Data(View(first));
        }

        if (entity is { MessageId: not null })
        {
            return ImError.Card(new(CardProblem.TemplateUnknown, "the card entity does not exist, or was sent before: it is sent once"));
        }

        if (window.Admit($"to/{chatId}", options.MessagesPerSecondPerReceiver, TimeSpan.FromSeconds(1)) is not null)
        {
            return ImError.TooFrequent();
        }

        var message = new ChatMessage
        {
            MessageId = Ids.Message(),
            ChatId = chatId,
            SenderOpenId = caller.OpenId,
            MsgType = msgType!,
            Content = content!,
            CreatedAt = clock.GetUtcNow(),
            ReplyTo = parent?.MessageId,
            RootId = parent is null ? null : parent.RootId ?? parent.MessageId,
        };
        var added = messages.Add(message, card, string.IsNullOrEmpty(uuid) ? null : uuid);
        entity?.MessageId = added.MessageId;
        return Answer.Data(View(added));
    }

    private IResult? FindChat(string idType, string? id, out string chatId)
    {
        chatId = "";
        if (idType is not ("open_id" or "union_id" or "user_id" or "email" or "chat_id") || string.IsNullOrEmpty(id))
        {
            return ImError.BadParameter("receive_id_type and receive_id are required");
        }

        if (idType == "chat_id")
        {
            chatId = id;
            return id == TenantDirectory.GroupChatId || directory.OwnerOf(id) is not null ? null : Answer.Error(230034, "The receive_id is invalid.");
        }

        if (directory.FindBy(idType, id) is not { } user)
        {
            return idType == "open_id" ? Answer.Error(99992351, "open_id is unknown to this app.") : Answer.Error(230034, "The receive_id is invalid.");
        }

        chatId = user.ChatId;
        return null;
    }

    private IResult? CheckPatch(Caller caller, string messageId, out ChatMessage? message)
    {
        message = messages.Find(messageId);
        return message switch
        {
            null => ImError.BadParameter("invalid message_id"),
            { Deleted: true } => Answer.Error(230011, "The message was recalled."),
            _ when message.SenderOpenId != caller.OpenId => Answer.Error(230027, "Lack of necessary permissions: only the sender may change a card."),
            { Card: null } => ImError.BadParameter("only cards can be patched"),
            { OnlyVisibleTo: not null } => ImError.BadParameter("a card visible to one person cannot be patched"),
            _ when clock.GetUtcNow() - message.CreatedAt > PatchLife => Answer.Error(230031, "Message can only be modified within 14 days after sending."),
            _ when window.Admit($"patch/{messageId}", options.PatchesPerSecondPerMessage, TimeSpan.FromSeconds(1)) is not null => ImError.TooFrequent(),
            _ => null,
        };
    }

    /// <summary>Shared before and after, and never back from 2.0 to 1.0.</summary>
    private static IResult? CheckSuccessor(ChatMessage message, JsonObject card)
    {
        if (CardValidator.IsSecondVersion(message.Card!) && !CardValidator.IsSecondVersion(card))
        {
            return ImError.Card(new(200830, "a 2.0 card cannot become a 1.0 card"));
        }

        var sharedAfter = CardValidator.IsSecondVersion(card) || card["config"].Flag("update_multi") == true;
        return message.IsShared && sharedAfter ? null : ImError.BadParameter("config.update_multi must be true before and after");
    }

    private JsonObject View(ChatMessage message)
    {
        var view = new JsonObject
        {
            ["message_id"] = message.MessageId,
            ["msg_type"] = message.MsgType,
            ["create_time"] = Envelopes.Milliseconds(message.CreatedAt),
            ["update_time"] = Envelopes.Milliseconds(message.Updated ? message.UpdatedAt : message.CreatedAt),
            ["deleted"] = message.Deleted,
            ["updated"] = message.Updated,
            ["chat_id"] = message.ChatId,
            ["sender"] = new JsonObject
            {
                ["id"] = message.SenderOpenId ?? options.AppId,
                ["id_type"] = message.SenderOpenId is null ? "app_id" : "open_id",
                ["sender_type"] = message.SenderOpenId is null ? "app" : "user",
                ["tenant_key"] = options.TenantKey,
            },
            ["body"] = new JsonObject { ["content"] = message.Card is null ? message.Content : "{\"title\":null,\"elements\":[[{\"tag\":\"text\",\"text\":\"\"}]]}" },
        };
        if (message.ReplyTo is not null)
        {
            view["root_id"] = message.RootId;
            view["parent_id"] = message.ReplyTo;
        }

        return view;
    }
}

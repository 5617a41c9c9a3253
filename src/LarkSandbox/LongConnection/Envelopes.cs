using System.Globalization;
using System.Text.Json.Nodes;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.LongConnection;

/// <summary>Builds events and callbacks in the shape of version 2. Events count milliseconds, callbacks microseconds.</summary>
internal sealed class Envelopes(SandboxOptions options, TimeProvider clock)
{
    public JsonObject Event(string type, JsonObject body) => Envelope(type, Milliseconds(clock.GetUtcNow()), body);

    public JsonObject Callback(string type, JsonObject body) =>
        Envelope(type, ((clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture), body);

    public static string Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    public static JsonObject UserIds(DemoUser user) => new() { ["union_id"] = user.UnionId, ["user_id"] = user.UserId, ["open_id"] = user.OpenId };

    public JsonObject MessageReceived(DemoUser sender, ChatMessage message, bool group)
    {
        var told = new JsonObject
        {
            ["message_id"] = message.MessageId,
            ["create_time"] = Milliseconds(message.CreatedAt),
            ["update_time"] = Milliseconds(message.CreatedAt),
            ["chat_id"] = message.ChatId,
            ["chat_type"] = group ? "group" : "p2p",
            ["message_type"] = message.MsgType,
            ["content"] = message.Content,
        };
        if (message.ReplyTo is not null)
        {
            told["root_id"] = message.RootId;
            told["parent_id"] = message.ReplyTo;
        }

        if (group)
        {
            told["mentions"] = new JsonArray(new JsonObject
            {
                ["key"] = "@_user_1",
                ["id"] = new JsonObject { ["union_id"] = "on_b0700000000000000000000000000000", ["user_id"] = "", ["open_id"] = "ou_b0700000000000000000000000000000" },
                ["mentioned_type"] = "bot",
                ["name"] = options.BotName,
                ["tenant_key"] = options.TenantKey,
            });
        }

        return Event("im.message.receive_v1", new JsonObject
        {
            ["sender"] = new JsonObject { ["sender_id"] = UserIds(sender), ["sender_type"] = "user", ["tenant_key"] = options.TenantKey },
            ["message"] = told,
        });
    }

    public JsonObject ChatEntered(DemoUser user, ChatMessage? last)
    {
        var body = new JsonObject { ["chat_id"] = user.ChatId, ["operator_id"] = UserIds(user) };
        if (last is not null)
        {
            body["last_message_id"] = last.MessageId;
            body["last_message_create_time"] = Milliseconds(last.CreatedAt);
        }

        return Event("im.chat.access_event.bot_p2p_chat_entered_v1", body);
    }

    /// <summary>Somebody chose an entry of the bot's menu; seconds, as in the platform's sample.</summary>
    public JsonObject MenuChosen(DemoUser user, string eventKey) => Event("application.bot.menu_v6", new JsonObject
    {
        ["operator"] = new JsonObject { ["operator_name"] = user.Name, ["operator_id"] = UserIds(user) },
        ["event_key"] = eventKey,
        ["timestamp"] = clock.GetUtcNow().ToUnixTimeSeconds(),
    });

    /// <param name="user">Whose.</param>
    /// <param name="reason">In the platform's words.</param>
    /// <param name="types">Which tokens, separated by blanks.</param>
    public JsonObject TokensRevoked(DemoUser user, string reason, string types = "user_access_token refresh_token") => Event("auth.user_access_token.revoked_v4", new JsonObject
    {
        ["revoke_token_type"] = types,
        ["revoke_reason"] = reason,
        ["open_id"] = user.OpenId,
        ["union_id"] = user.UnionId,
        ["user_id"] = user.UserId,
    });

    /// <summary>Somebody has left the company.</summary>
    public JsonObject UserDeleted(DemoUser user) => Event("contact.user.deleted_v3", new JsonObject
    {
        ["object"] = new JsonObject
        {
            ["open_id"] = user.OpenId,
            ["union_id"] = user.UnionId,
            ["user_id"] = user.UserId,
            ["name"] = user.Name,
            ["en_name"] = user.EnName,
            ["avatar"] = new JsonObject(),
        },
        ["old_object"] = new JsonObject { ["open_id"] = user.OpenId, ["department_ids"] = new JsonArray("0") },
    });

    private JsonObject Envelope(string type, string createTime, JsonObject body) => new()
    {
        ["schema"] = "2.0",
        ["header"] = new JsonObject
        {
            ["event_id"] = Ids.Event(),
            ["event_type"] = type,
            ["create_time"] = createTime,
            ["token"] = options.VerificationToken,
            ["app_id"] = options.AppId,
            ["tenant_key"] = options.TenantKey,
        },
        ["event"] = body,
    };
}

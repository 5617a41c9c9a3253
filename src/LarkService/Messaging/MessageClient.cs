using System.Text.Json;
using System.Text.Json.Nodes;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Messaging;

/// <summary>
/// Sends and changes messages as the bot. The platform takes 5 messages a second to one person or group, 5 changes a second of one
/// message, and 50 calls a second in all. Refusals are <see cref="PlatformException"/>; <see cref="MessageErrors"/> names their codes.
/// </summary>
internal sealed class MessageClient(OpenApiClient api, LarkApps apps)
{
    private const string Messages = "/open-apis/im/v1/messages";

    /// <param name="appId">Whose bot sends.</param>
    /// <param name="receiver">A person or a chat.</param>
    /// <param name="card">At most <see cref="CardLimits.MaxBytes"/>.</param>
    /// <param name="uuid">At most 50 characters; within an hour only one message is sent for it. See <see cref="MessageUuid"/>.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task<SentMessage> SendCardAsync(string appId, Receiver receiver, Card card, string uuid, CancellationToken ct) =>
        SendAsync(appId, receiver, "interactive", card.ToJsonString(), uuid, ct);

    /// <inheritdoc cref="SendCardAsync"/>
    /// <param name="appId">Whose bot sends.</param>
    /// <param name="receiver">A person or a chat.</param>
    /// <param name="text">One language, at most 150 KB. Tags as <c>&lt;at&gt;</c> count.</param>
    /// <param name="uuid">At most 50 characters.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task<SentMessage> SendTextAsync(string appId, Receiver receiver, string text, string uuid, CancellationToken ct) =>
        SendAsync(appId, receiver, "text", new JsonObject { ["text"] = text }.ToJsonString(WireJson.Options), uuid, ct);

    /// <summary>Answers a message, in the chat it is in.</summary>
    public async Task<SentMessage> ReplyCardAsync(string appId, string messageId, Card card, string uuid, CancellationToken ct)
    {
        var body = new { msg_type = "interactive", content = card.ToJsonString(), uuid = Checked(uuid) };
        return Sent(await CallAsync(appId, HttpMethod.Post, $"{Messages}/{Uri.EscapeDataString(messageId)}/reply", body, repeatable: true, ct));
    }

    /// <summary>Answers a message with a card that has an id of its own, which is sent once. See <see cref="CardEntities"/>.</summary>
    public async Task<SentMessage> ReplyEntityAsync(string appId, string messageId, string cardId, string uuid, CancellationToken ct)
    {
        var content = new JsonObject { ["type"] = "card", ["data"] = new JsonObject { ["card_id"] = cardId } };
        var body = new { msg_type = "interactive", content = content.ToJsonString(WireJson.Options), uuid = Checked(uuid) };
        return Sent(await CallAsync(appId, HttpMethod.Post, $"{Messages}/{Uri.EscapeDataString(messageId)}/reply", body, repeatable: true, ct));
    }

    /// <summary>Changes a card for everybody who sees it, within 14 days of sending.</summary>
    public Task PatchCardAsync(string appId, string messageId, Card card, CancellationToken ct) => CallAsync(
        appId, HttpMethod.Patch, $"{Messages}/{Uri.EscapeDataString(messageId)}", new { content = card.ToJsonString() }, repeatable: true, ct);

    /// <summary>
    /// A card in a group that one member sees. The member must be online; it cannot be changed by <see cref="PatchCardAsync"/>, only
    /// by the token of a click on it or by deleting it. The platform does not de-duplicate these.
    /// </summary>
    public async Task<SentMessage> SendOnlyVisibleToAsync(string appId, string chatId, string openId, Card card, CancellationToken ct)
    {
        card.ToJsonString(); // checks the size
        var body = new { chat_id = chatId, open_id = openId, msg_type = "interactive", card = card.ToJson() };
        var sent = Sent(await CallAsync(appId, HttpMethod.Post, "/open-apis/ephemeral/v1/send", body, repeatable: false, ct));
        return sent with { ChatId = chatId };
    }

    public Task DeleteOnlyVisibleAsync(string appId, string messageId, CancellationToken ct) =>
        CallAsync(appId, HttpMethod.Post, "/open-apis/ephemeral/v1/delete", new { message_id = messageId }, repeatable: true, ct);

    /// <summary>Changes the card that was clicked: only after the click was answered, within 30 minutes, twice at most.</summary>
    /// <param name="appId">Whose card it is.</param>
    /// <param name="token">The click's token (<c>c-…</c>).</param>
    /// <param name="card">The whole new card.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task UpdateByTokenAsync(string appId, Secret token, JsonObject card, CancellationToken ct) => CallAsync(
        appId, HttpMethod.Post, "/open-apis/interactive/v1/card/update", new { token = token.Reveal(), card }, repeatable: false, ct);

    private async Task<SentMessage> SendAsync(string appId, Receiver receiver, string type, string content, string uuid, CancellationToken ct)
    {
        var body = new { receive_id = receiver.Id, msg_type = type, content, uuid = Checked(uuid) };
        return Sent(await CallAsync(appId, HttpMethod.Post, $"{Messages}?receive_id_type={receiver.IdType}", body, repeatable: true, ct));
    }

    private Task<JsonElement> CallAsync(string appId, HttpMethod method, string path, object body, bool repeatable, CancellationToken ct) =>
        api.SendAsync(apps.Get(appId), method, path, body, repeatable, ct);

    private static SentMessage Sent(JsonElement data) => new(Text(data, "message_id"), Text(data, "chat_id"));

    private static string Text(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string Checked(string uuid) => uuid.Length is > 0 and <= MessageUuid.MaxChars
        ? uuid
        : throw new ArgumentException($"A uuid has 1 to {MessageUuid.MaxChars} characters.", nameof(uuid));
}

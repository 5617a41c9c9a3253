using LarkService.Platform;

namespace LarkService.Events.Chat;

/// <summary>A message somebody wrote to the bot, or in a group with the bot mentioned; or an entry of the bot's menu, which is in no chat.</summary>
/// <param name="AppId">The app whose bot it is.</param>
/// <param name="MessageId"><c>om_…</c>; messages are told apart by it, not by the event's id. The event's id for a menu.</param>
/// <param name="ChatId"><c>oc_…</c>; empty for a menu.</param>
/// <param name="IsGroup">Others see what the bot answers here.</param>
/// <param name="OpenId">Who wrote it.</param>
/// <param name="MessageType"><c>text</c>, <c>image</c>, …</param>
/// <param name="Text">The text without mentions and outer blanks; empty for other types.</param>
/// <param name="SentAt">When it was written.</param>
internal sealed record IncomingMessage(
    string AppId, string MessageId, string ChatId, bool IsGroup, string OpenId, string MessageType, string Text, DateTimeOffset SentAt)
{
    public UserKey User => new(AppId, OpenId);

    /// <summary>There is no message to reply to and no chat to answer in: the answer goes to the person.</summary>
    public bool IsFromMenu => ChatId.Length == 0;
}

namespace LarkService.Events.Inbox;

/// <summary>By what events are told apart and kept in order. Both within one app: two bots in a group see the same message.</summary>
internal static class InboxKeys
{
    private const int MaxPart = 150;

    private static readonly string[][] Chats = [["message", "chat_id"], ["chat_id"], ["context", "open_chat_id"]];

    private static readonly string[][] People =
    [
        ["sender", "sender_id", "open_id"], ["operator", "operator_id", "open_id"], ["operator_id", "open_id"], ["operator", "open_id"],
        ["object", "open_id"], ["user", "open_id"], ["open_id"],
    ];

    /// <summary>Null when the event's id suffices.</summary>
    public static string? Dedupe(LarkEvent received) =>
        received.EventType == EventTypes.Message && received.Body.Text("message", "message_id") is { Length: > 0 and <= MaxPart } id ? $"{received.AppId}|{id}" : null;

    /// <summary>The chat it happened in, else the person it is about, else nothing but itself.</summary>
    public static string Ordering(LarkEvent received)
    {
        var key = Chats.Concat(People).Select(path => received.Body.Text(path)).FirstOrDefault(text => text is { Length: > 0 and <= MaxPart });
        return key is null ? Alone(received.AppId, received.EventId) : $"{received.AppId}|{key}";
    }

    /// <summary>The key of an event that waits for no other, and no other for it.</summary>
    public static string Alone(string appId, string eventId) => $"{appId}|{eventId}";
}

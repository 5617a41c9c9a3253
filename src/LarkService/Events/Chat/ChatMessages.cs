namespace LarkService.Events.Chat;

/// <summary>
/// Brings what people write to whoever answers it: by the first word when it is a command, else to the handler of everything
/// else, unknown commands included. What bots write is left alone, or two of them would never stop talking.
/// </summary>
internal sealed class ChatMessages(ChatCommands commands, IServiceProvider services) : IEventHandler
{
    public async Task HandleAsync(LarkEvent received, CancellationToken ct)
    {
        if (Read(received) is { } message && HandlerOf(message) is { } handler)
        {
            await handler.HandleAsync(message, ct);
        }
    }

    /// <returns>Null when no person wrote it, when it is not meant for us, or when it lacks what an answer needs.</returns>
    internal static IncomingMessage? Read(LarkEvent received)
    {
        var message = received.Body.Child("message");
        var person = received.Body.Text("sender", "sender_id", "open_id");
        var id = message.Text("message_id");
        if (received.Body.Text("sender", "sender_type") != "user" || string.IsNullOrEmpty(person) || string.IsNullOrEmpty(id))
        {
            return null;
        }

        // In a group we are spoken to when we are mentioned, whatever else the app's scopes let us hear.
        var isGroup = message.Text("chat_type") != "p2p";
        if (isGroup && !MessageText.MentionsBot(message.Child("mentions")))
        {
            return null;
        }

        var type = message.Text("message_type") ?? "";
        return new(
            received.AppId,
            id,
            message.Text("chat_id") ?? "",
            isGroup,
            person,
            type,
            type == "text" ? MessageText.Read(message.Text("content"), message.Child("mentions")) : "",
            Envelope.WrittenAt(message.Text("create_time")) ?? received.CreatedAt);
    }

    private IChatHandler? HandlerOf(IncomingMessage message) =>
        (commands.HandlerOf(message.Text) ?? services.GetService<ChatFallback>()?.Handler) is { } handler
            ? (IChatHandler)services.GetRequiredService(handler)
            : null;
}

namespace LarkService.Events.Chat;

/// <summary>Answers messages in chat: one registered for each command, one for everything else. It may be called again for the same message.</summary>
internal interface IChatHandler
{
    Task HandleAsync(IncomingMessage message, CancellationToken ct);
}

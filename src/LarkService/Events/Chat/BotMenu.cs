namespace LarkService.Events.Chat;

/// <summary>
/// An entry of the bot's menu does what the command of its name does: <c>auth</c> is <c>/auth</c>. The console's own sample calls
/// it <c>authorize</c>. Entries of other names belong to others.
/// </summary>
internal sealed class BotMenu(ChatCommands commands, IServiceProvider services) : IEventHandler
{
    private static readonly Dictionary<string, string> OtherNames = new(StringComparer.OrdinalIgnoreCase) { ["authorize"] = "auth" };

    public async Task HandleAsync(LarkEvent received, CancellationToken ct)
    {
        if (received.Body.Text("operator", "operator_id", "open_id") is not { Length: > 0 } person || received.Body.Text("event_key") is not { Length: > 0 } key)
        {
            return;
        }

        var command = "/" + OtherNames.GetValueOrDefault(key, key).TrimStart('/');
        if (commands.HandlerOf(command) is { } handler)
        {
            var chosen = new IncomingMessage(received.AppId, received.EventId, "", false, person, "menu", command, received.CreatedAt);
            await ((IChatHandler)services.GetRequiredService(handler)).HandleAsync(chosen, ct);
        }
    }
}

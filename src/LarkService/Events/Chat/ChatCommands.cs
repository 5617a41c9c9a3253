namespace LarkService.Events.Chat;

/// <summary>Every command the bot knows, in the order of registration.</summary>
internal sealed class ChatCommands(IEnumerable<ChatCommand> all)
{
    public IReadOnlyList<ChatCommand> All { get; } = [.. all];
}

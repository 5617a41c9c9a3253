namespace LarkService.Events.Chat;

/// <summary>A line of the set-up: who answers a command.</summary>
internal sealed record ChatCommandRegistration(ChatCommand Command, Type Handler);

/// <summary>A line of the set-up: who answers what is no command.</summary>
internal sealed record ChatFallback(Type Handler);

/// <summary>The commands the bot understands, in the order they were registered; <c>/help</c> reads them.</summary>
internal sealed class ChatCommands
{
    private readonly Dictionary<string, Type> _byName = new(StringComparer.Ordinal);

    public ChatCommands(IEnumerable<ChatCommandRegistration> registrations)
    {
        List<ChatCommandRegistration> all = [.. registrations];
        All = [.. all.Select(r => r.Command)];
        foreach (var (command, handler) in all)
        {
            if (!_byName.TryAdd(command.Name, handler))
            {
                throw new InvalidOperationException($"Command '{command.Name}' has two handlers: {_byName[command.Name].Name} and {handler.Name}.");
            }
        }
    }

    public IReadOnlyList<ChatCommand> All { get; }

    /// <summary>Whose command the text begins with; null when with none's.</summary>
    public Type? HandlerOf(string text) => _byName.GetValueOrDefault(MessageText.FirstWord(text));
}

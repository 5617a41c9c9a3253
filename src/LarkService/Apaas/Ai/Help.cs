using LarkService.Events.Chat;
using LarkService.Messaging;

namespace LarkService.Apaas.Ai;

/// <summary><c>/help</c>: what the bot is for and every command it knows.</summary>
internal sealed class Help(ChatCommands commands, Replies replies) : IChatHandler
{
    public static ChatCommand Command { get; } = new("/help", "What I am for and what I understand", "我能做什么、听得懂什么", "できることと使えるコマンド");

    public async Task HandleAsync(IncomingMessage message, CancellationToken ct) => _ = message.IsFromMenu
        ? await replies.SendAsync(message.User, Card(), "help", message.MessageId, ct)
        : await replies.ReplyAsync(message.AppId, message.MessageId, Card(), "help", ct);

    private Card Card()
    {
        var card = new Card { Header = new CardHeader(AiWords.HelpTitle), Elements = [new Markdown(AiWords.Purpose)] };
        return commands.All.Count == 0 ? card : card with { Elements = [.. card.Elements, new Divider(), new Markdown(List())] };
    }

    private LocalizedText List() => LocalizedText.Join(
        "\n", [.. commands.All.Select(c => new LocalizedText(c.HelpEn, c.HelpZh, c.HelpJa).Select(help => Line(c.Name, help)))]);

    private static string Line(string name, string help) => $"**{MarkdownText.Escape(name)}**  {MarkdownText.Escape(help)}";
}

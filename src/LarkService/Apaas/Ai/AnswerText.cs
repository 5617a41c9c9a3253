using System.Text.RegularExpressions;
using LarkService.Messaging;

namespace LarkService.Apaas.Ai;

/// <summary>Makes one markdown text of what Aily wrote.</summary>
internal static partial class AnswerText
{
    /// <returns>Empty when there is nothing a card could show: clips, smart cards and data are left out.</returns>
    public static string From(IEnumerable<AilyMessage> messages) => string.Join("\n\n", messages
        .Where(m => m.FromAssistant)
        .Select(Markdown)
        .Where(text => !string.IsNullOrWhiteSpace(text)));

    private static string Markdown(AilyMessage message) => message.ContentType switch
    {
        // Its formatting and links are the answer's; calling everybody in the chat is not for a machine to do.
        "MDX" => Mention().Replace(message.Content.Trim(), "&#60;"),
        "TEXT" => MarkdownText.Escape(message.Content.Trim()),
        _ => "",
    };

    [GeneratedRegex(@"<(?=\s*/?\s*at\b)", RegexOptions.IgnoreCase)]
    private static partial Regex Mention();
}

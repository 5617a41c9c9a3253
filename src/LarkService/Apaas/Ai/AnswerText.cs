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

    /// <summary>The same words as Aily wrote them, for programs.</summary>
    public static string Raw(IEnumerable<AilyMessage> messages) => string.Join("\n\n", messages.Where(IsReadable).Select(m => m.Content.Trim()).Where(text => text.Length > 0));

    /// <returns>The id of the last message there is something to read in; empty when there is none.</returns>
    public static string IdOf(IEnumerable<AilyMessage> messages) => messages.LastOrDefault(IsReadable)?.Id ?? "";

    private static bool IsReadable(AilyMessage message) => message is { FromAssistant: true, ContentType: "MDX" or "TEXT" };

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

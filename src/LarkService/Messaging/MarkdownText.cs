using System.Text;

namespace LarkService.Messaging;

/// <summary>Puts text that a person or another system wrote into the markdown of a card.</summary>
internal static class MarkdownText
{
    /// <summary>
    /// What the platform's markdown reads as formatting, links, mentions, tags, images, emoji (<c>:OK:</c>), formulas or lists. Its
    /// markdown page tells to write these as numeric HTML entities: a backslash does not escape there.
    /// </summary>
    private const string Special = "&<>[](){}*_~`#!\\|$:-+\"'";

    /// <summary>
    /// The text as it was written, and nothing else: no tag, link, button, image, mention of everybody or heading can come out of
    /// it. Line ends stay; other control characters go, and so do those that turn the reading direction, which could make one
    /// address look like another.
    /// </summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (Special.Contains(c, StringComparison.Ordinal) || (c == '.' && EndsListNumber(text, i)))
            {
                escaped.Append("&#").Append((int)c).Append(';');
            }
            else if (!IsTrick(c))
            {
                escaped.Append(c);
            }
        }

        return escaped.ToString();
    }

    /// <summary>Shortens to whole characters; an ellipsis shows that something is missing.</summary>
    public static string Shorten(string text, int maxChars) => text.Length <= maxChars ? text : Cut(text, maxChars - 1) + "…";

    /// <summary>The first <paramref name="maxChars"/> UTF-16 units, one less where the cut would halve a character.</summary>
    public static string Cut(string text, int maxChars)
    {
        if (text.Length <= maxChars)
        {
            return text;
        }

        return maxChars > 0 && char.IsHighSurrogate(text[maxChars - 1]) ? text[..(maxChars - 1)] : text[..Math.Max(0, maxChars)];
    }

    private static bool EndsListNumber(string text, int dot)
    {
        var start = dot;
        while (start > 0 && char.IsAsciiDigit(text[start - 1]))
        {
            start--;
        }

        return start < dot && text[..start].LastIndexOf('\n') is var line && string.IsNullOrWhiteSpace(text[(line + 1)..start]);
    }

    private static bool IsTrick(char c) => (char.IsControl(c) && c is not ('\n' or '\t'))
        || c is '\u061C' or '\u200B' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF';
}

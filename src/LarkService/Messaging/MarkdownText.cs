using System.Text;

namespace LarkService.Messaging;

/// <summary>Puts text that a person or another system wrote into the markdown of a card.</summary>
internal static class MarkdownText
{
    /// <summary>Formatting, links, tags, images, tables, formulas, wherever they stand.</summary>
    private const string Anywhere = "&<>[]*_~`\\|$";

    /// <summary>Headings, lists and lines, at the start of a line only.</summary>
    private const string AtLineStart = "#-+=";

    /// <summary>
    /// The text as it was written, and nothing else: no tag, link, button, image, mention of everybody or heading can come out of
    /// it. Special characters become numeric HTML entities (<c>&amp;#42;</c>), which is the escape the platform's markdown has; it
    /// documents no backslash. Line ends stay; other control characters go, and so do those that nobody sees and those that turn the
    /// reading direction, which could make one word look like another.
    /// </summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        var lineStart = true; // nothing on this line yet but blanks and digits
        var digits = false;   // the digits of what may become a numbered list
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i] is '\r' && Next(text, i) != '\n' || text[i] is '\u2028' or '\u2029' ? '\n' : text[i];
            if (IsTrick(c) || IsHiddenTag(c, Next(text, i)) || (i > 0 && IsHiddenTag(text[i - 1], c)))
            {
                continue;
            }

            if (IsSpecial(c, Next(text, i), lineStart, digits))
            {
                escaped.Append("&#").Append((int)c).Append(';');
            }
            else
            {
                escaped.Append(c);
            }

            var digit = char.IsAsciiDigit(c);
            lineStart = c == '\n' || (lineStart && (digit || char.IsWhiteSpace(c)));
            digits = lineStart && digit;
        }

        return escaped.ToString();
    }

    /// <summary>A name and the like: text of others in one line, at most so long, and nothing when there is nothing to see.</summary>
    public static string EscapeLine(string? text, int maxChars) =>
        Escape(Shorten(string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), maxChars)).Trim();

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

    private static bool IsSpecial(char c, char next, bool lineStart, bool digits) =>
        Anywhere.Contains(c, StringComparison.Ordinal)
        || (lineStart && AtLineStart.Contains(c, StringComparison.Ordinal))
        || (digits && c is ('.' or ')'))
        || (c == ':' && (next == '/' || char.IsAsciiLetter(next))); // an address that links itself, or an emoji (:OK:)

    private static char Next(string text, int i) => i + 1 < text.Length ? text[i + 1] : '\0';

    private static bool IsTrick(char c) => (char.IsControl(c) && c is not ('\n' or '\t'))
        || c is '\u00AD' or '\u061C' or '\u180E' or '\u200B' or '\u200E' or '\u200F' or '\uFEFF'
            or (>= '\u202A' and <= '\u202E') or (>= '\u2060' and <= '\u206F') or (>= '\uFFF9' and <= '\uFFFB');

    /// <summary>U+E0000 to U+E007F: a second alphabet that no screen shows. The variation selectors beside it belong to real names.</summary>
    private static bool IsHiddenTag(char high, char low) => high == '\uDB40' && low is >= '\uDC00' and <= '\uDC7F';
}

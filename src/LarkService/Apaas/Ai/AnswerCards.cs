using LarkService.Messaging;

namespace LarkService.Apaas.Ai;

/// <summary>The bot's cards in a conversation.</summary>
internal static class AnswerCards
{
    private const int SummaryChars = 80;

    /// <summary>How much of the end a cut may give up to end at a blank.</summary>
    private const int WordChars = 60;

    public static Card Thinking { get; } = Notice(AiWords.Thinking);

    public static Card Notice(LocalizedText words) => new() { Elements = [new Markdown(words)], Summary = words };

    public static Card Failure(LocalizedText words, string reference) => new()
    {
        Elements = [new Markdown(words), new Note(AiWords.Reference(reference))],
        Summary = words,
    };

    /// <summary>The answer, or as much of its beginning as a card takes.</summary>
    public static Card Answer(string markdown)
    {
        var whole = Saying(markdown, []);
        if (whole.Fits)
        {
            return whole;
        }

        // Escapes and characters of several bytes leave no formula for the length: the largest that fits is searched for.
        var (fits, most) = (0, Math.Min(markdown.Length, CardLimits.MaxBytes));
        while (fits < most)
        {
            var middle = (fits + most + 1) / 2;
            (fits, most) = Beginning(markdown, middle).Fits ? (middle, most) : (fits, middle - 1);
        }

        return Beginning(markdown, fits);
    }

    private static Card Beginning(string markdown, int chars)
    {
        var text = MarkdownText.Cut(markdown, chars);
        if (text.LastIndexOfAny([' ', '\n']) is var blank && blank > 0 && blank >= text.Length - WordChars)
        {
            text = text[..blank];
        }

        var openCode = text.AsSpan().Count("```") % 2 == 1;
        return Saying(openCode ? text + "\n```" : text + " …", [new Note(AiWords.Cut)]);
    }

    private static Card Saying(string markdown, CardElement[] more) => new()
    {
        Elements = [new Markdown(LocalizedText.Same(markdown)), .. more],
        Summary = LocalizedText.Same(MarkdownText.Shorten(markdown.ReplaceLineEndings(" ").Trim(), SummaryChars)),
    };
}

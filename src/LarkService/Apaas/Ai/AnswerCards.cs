using LarkService.Messaging;

namespace LarkService.Apaas.Ai;

/// <summary>The bot's cards in a conversation.</summary>
internal static class AnswerCards
{
    private const int SummaryChars = 80;

    /// <summary>How much of the end a cut may give up to end at a blank.</summary>
    private const int WordChars = 60;

    /// <summary>What grows on a <see cref="Growing"/> card.</summary>
    public const string GrowingElement = "answer";

    /// <summary>Stands where the answer will grow: an element without text is refused.</summary>
    public const string NothingYet = "…";

    public static Card Thinking { get; } = Notice(AiWords.Thinking);

    /// <summary>The answer as far as it goes. No text of it has translations, which would hide what is set later.</summary>
    public static Card Growing(string markdown) => new()
    {
        Elements = [new Markdown(LocalizedText.Same(markdown)) { ElementId = GrowingElement }, new Note(AiWords.Thinking)],
        Summary = AiWords.Thinking,
        IsStreaming = true,
    };

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

using System.Text.Json.Nodes;

namespace LarkService.Messaging;

/// <summary>Words a person reads, in the languages the client picks from by its own setting; it falls back to English.</summary>
/// <param name="En">English, also shown by clients in any other language.</param>
/// <param name="Zh">Chinese.</param>
/// <param name="Ja">Japanese.</param>
internal sealed record LocalizedText(string En, string Zh, string Ja)
{
    /// <summary>What is no matter of language: a name, an answer, a number.</summary>
    public static LocalizedText Same(string text) => new(text, text, text);

    /// <summary>One after the other, with the same in between.</summary>
    public static LocalizedText Join(string separator, IReadOnlyCollection<LocalizedText> texts) => new(
        string.Join(separator, texts.Select(t => t.En)), string.Join(separator, texts.Select(t => t.Zh)), string.Join(separator, texts.Select(t => t.Ja)));

    /// <summary>The same change in every language.</summary>
    public LocalizedText Select(Func<string, string> change) => new(change(En), change(Zh), change(Ja));

    /// <summary>In one of <see cref="Languages"/>; English for any other.</summary>
    public string In(string? language) => language switch
    {
        Languages.Chinese => Zh,
        Languages.Japanese => Ja,
        _ => En,
    };

    /// <summary>Writes <c>content</c>, and <c>i18n_content</c> when the languages differ, into an object of a card.</summary>
    public JsonObject WriteTo(JsonObject target)
    {
        target["content"] = En;
        if (En != Zh || En != Ja)
        {
            target["i18n_content"] = ByLanguage();
        }

        return target;
    }

    /// <summary>Every language under the platform's name of it.</summary>
    public JsonObject ByLanguage() => new() { [Languages.Chinese] = Zh, [Languages.English] = En, [Languages.Japanese] = Ja };
}

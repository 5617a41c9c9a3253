using System.Text.Json.Nodes;

namespace LarkService.Messaging;

/// <summary>Words a person reads, in the languages the client picks from by its own setting; it falls back to English.</summary>
/// <param name="En">English, also shown by clients in any other language.</param>
/// <param name="Zh">Chinese.</param>
/// <param name="Ja">Japanese; null leaves Japanese clients with English.</param>
internal sealed record LocalizedText(string En, string Zh, string? Ja = null)
{
    /// <summary>What is no matter of language: a name, an answer, a number.</summary>
    public static LocalizedText Same(string text) => new(text, text);

    /// <summary>The same change in every language.</summary>
    public LocalizedText Select(Func<string, string> change) => new(change(En), change(Zh), Ja is null ? null : change(Ja));

    /// <summary>Writes <c>content</c>, and <c>i18n_content</c> when the languages differ, into an object of a card.</summary>
    public JsonObject WriteTo(JsonObject target)
    {
        target["content"] = En;
        if (!IsSame)
        {
            target["i18n_content"] = ByLanguage();
        }

        return target;
    }

    /// <summary>Every language under the platform's name of it.</summary>
    public JsonObject ByLanguage()
    {
        var languages = new JsonObject { ["zh_cn"] = Zh, ["en_us"] = En };
        if (Ja is not null)
        {
            languages["ja_jp"] = Ja;
        }

        return languages;
    }

    private bool IsSame => En == Zh && (Ja is null || Ja == En);
}

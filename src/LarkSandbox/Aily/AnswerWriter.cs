using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LarkSandbox.Aily;

/// <summary>
/// Stands in for the AI: the same text always gets the same answer, a short summary in Markdown and in the language of
/// the text. It remembers what was asked earlier in the conversation.
/// </summary>
internal static partial class AnswerWriter
{
    private const int MostPoints = 4;

    public static string Write(string text, IReadOnlyList<string> earlier)
    {
        var chinese = Han().IsMatch(text);
        var sentences = Sentences().Matches(text).Select(m => Clean(m.Value)).Where(s => s.Length > 0).ToList();
        var answer = new StringBuilder();
        answer.Append(CultureInfo.InvariantCulture, $"**{(chinese ? "一句话总结" : "In short")}** {Short(sentences.FirstOrDefault() ?? Clean(text), 120)}\n");
        if (sentences.Count > 1)
        {
            answer.Append(CultureInfo.InvariantCulture, $"\n**{(chinese ? "要点" : "Key points")}**\n");
            foreach (var sentence in sentences.Skip(1).Take(MostPoints))
            {
                answer.Append(CultureInfo.InvariantCulture, $"- {Short(sentence, 100)}\n");
            }
        }

        answer.Append('\n').Append(Count(text, sentences.Count, chinese));
        if (earlier.Count > 0)
        {
            var before = Short(Clean(earlier[^1]), 60);
            answer.Append(chinese ? $"\n\n*之前你问过：“{before}”*" : $"\n\n*Earlier you asked about “{before}”.*");
        }

        return answer.ToString();
    }

    private static string Count(string text, int sentences, bool chinese)
    {
        var han = Han().Count(text);
        var words = Words().Count(text);
        return chinese
            ? string.Create(CultureInfo.InvariantCulture, $"共 {han} 个汉字，{sentences} 句话。")
            : string.Create(CultureInfo.InvariantCulture, $"{words} {(words == 1 ? "word" : "words")} in {sentences} {(sentences == 1 ? "sentence" : "sentences")}.");
    }

    private static string Short(string text, int most)
    {
        var elements = new StringInfo(text);
        return elements.LengthInTextElements <= most ? text : elements.SubstringByTextElements(0, most - 1) + "…";
    }

    private static string Clean(string text) => Spaces().Replace(text, " ").Trim();

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}", RegexOptions.CultureInvariant)]
    private static partial Regex Han();

    [GeneratedRegex(@"[\p{L}\p{N}][\p{L}\p{N}'’\-]*", RegexOptions.CultureInvariant)]
    private static partial Regex Words();

    [GeneratedRegex(@"[^.!?。！？\r\n]+[.!?。！？]*", RegexOptions.CultureInvariant)]
    private static partial Regex Sentences();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();
}

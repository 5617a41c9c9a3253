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
    private const int MostPoints = 5;

    public static string Write(string text, IReadOnlyList<string> earlier)
    {
        var chinese = Han().IsMatch(text);
        var points = Points(Task().Replace(text, ""));
        var answer = new StringBuilder();
        answer.Append(CultureInfo.InvariantCulture, $"**{(chinese ? "一句话总结" : "In short")}**\n{Sentence(points[0], chinese)}\n");
        if (points.Count > 1)
        {
            answer.Append(CultureInfo.InvariantCulture, $"\n**{(chinese ? "要点" : "Key points")}**\n");
            foreach (var point in points.Take(MostPoints))
            {
                answer.Append(CultureInfo.InvariantCulture, $"- {Short(point, 100)}\n");
            }
        }

        answer.Append(CultureInfo.InvariantCulture, $"\n{Count(text, points.Count, chinese)}");
        if (earlier.Count > 0)
        {
            var before = Short(Clean(earlier[^1]), 60);
            answer.Append(chinese ? $"\n*之前你问过：“{before}”*" : $"\n*Earlier you asked: “{before}”*");
        }

        return answer.ToString();
    }

    /// <summary>The beginning of an answer that is still being written, never half a character.</summary>
    public static string Beginning(string answer, double share)
    {
        var length = (int)(answer.Length * Math.Clamp(share, 0, 1));
        return answer[..(length > 0 && char.IsHighSurrogate(answer[length - 1]) ? length - 1 : length)];
    }

    /// <summary>Sentences; the clauses of it when there is one only.</summary>
    private static List<string> Points(string text)
    {
        var sentences = Split(Sentences(), text);
        var points = sentences.Count == 1 ? Split(Clauses(), sentences[0]) : sentences;
        return points.Count > 0 ? points : [Clean(text)];
    }

    private static List<string> Split(Regex pieces, string text) =>
        [.. pieces.Matches(text).Select(m => Clean(m.Value).TrimEnd('.', '。', ',', '，', ';', '；', ' ')).Where(s => s.Length > 0)];

    private static string Sentence(string point, bool chinese)
    {
        var shortened = Short(point, 120);
        var end = shortened.Length > 0 && shortened[^1] is '?' or '？' or '!' or '！' or '…' ? "" : chinese ? "。" : ".";
        return shortened.Length == 0 ? "…" : char.ToUpperInvariant(shortened[0]) + shortened[1..] + end;
    }

    private static string Count(string text, int points, bool chinese)
    {
        var words = Words().Count(text);
        return chinese
            ? string.Create(CultureInfo.InvariantCulture, $"*共 {Han().Count(text)} 个汉字，{points} 个要点*")
            : string.Create(CultureInfo.InvariantCulture, $"*{words} {(words == 1 ? "word" : "words")}, {points} {(points == 1 ? "point" : "points")}*");
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

    [GeneratedRegex(@"[^,，;；、]+", RegexOptions.CultureInvariant)]
    private static partial Regex Clauses();

    [GeneratedRegex(@"^\s*(?:please\s+)?(?:summari[sz]e|sum up|总结|请总结|概括)(?:\s+this)?\s*[:：]\s*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Task();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();
}

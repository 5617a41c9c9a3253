using System.Text.RegularExpressions;

namespace LarkSandbox.Apaas.Applications;

/// <summary>Joins conditions by their indexes: <c>1 and (2 or 3)</c>; <c>and</c> binds closer.</summary>
internal sealed partial class LogicExpression
{
    private const int Deepest = 20;

    private readonly Queue<string> _words;
    private readonly IReadOnlyDictionary<string, string> _conditions;

    private LogicExpression(string text, IReadOnlyDictionary<string, string> conditions)
    {
        _words = new Queue<string>(Words().Matches(text).Select(m => m.Value));
        _conditions = conditions;
    }

    public static string Read(string text, IReadOnlyDictionary<string, string> conditions)
    {
        var expression = new LogicExpression(text, conditions);
        var sql = expression.Any(0);
        return expression._words.Count == 0 ? sql : throw new FormatException("logic_expression makes no sense");
    }

    private string Any(int depth) => Joined("or", () => Joined("and", () => One(depth)));

    private string Joined(string word, Func<string> item)
    {
        var items = new List<string> { item() };
        while (_words.TryPeek(out var next) && next.Equals(word, StringComparison.OrdinalIgnoreCase))
        {
            _words.Dequeue();
            items.Add(item());
        }

        return items.Count == 1 ? items[0] : $"({string.Join($" {word.ToUpperInvariant()} ", items)})";
    }

    private string One(int depth)
    {
        var word = _words.TryDequeue(out var next) && depth < Deepest ? next : throw new FormatException("logic_expression makes no sense");
        if (word != "(")
        {
            return _conditions.TryGetValue(word, out var condition) ? $"({condition})" : throw new FormatException($"logic_expression: there is no condition {word}");
        }

        var inner = Any(depth + 1);
        return _words.TryDequeue(out var end) && end == ")" ? inner : throw new FormatException("logic_expression: a parenthesis is not closed");
    }

    [GeneratedRegex(@"[()]|[^\s()]+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}

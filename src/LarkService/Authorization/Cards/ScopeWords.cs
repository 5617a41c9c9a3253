using System.Text.RegularExpressions;
using LarkService.Messaging;
using LarkService.Platform;

namespace LarkService.Authorization.Cards;

/// <summary>Scopes in words a person understands; the platform's own name for those we have no words for.</summary>
internal static partial class ScopeWords
{
    /// <summary>As many lines as the platform lets one ask for at once. A grant may hold more: scopes add up over the years, and a card has its limits.</summary>
    public const int MostLines = 50;

    /// <summary>No scope is longer; what is comes from no platform.</summary>
    private const int MostChars = 100;

    /// <summary>One line for each different thing: first what we have words for, then names, which are the same in every language.</summary>
    public static IReadOnlyList<CardElement> List(ScopeSet scopes)
    {
        List<LocalizedText> known = [.. scopes.Select(ScopeTable.Find).OfType<LocalizedText>().Distinct().Take(MostLines)];
        List<LocalizedText> named = [.. Named(scopes).Take(MostLines - known.Count)];
        List<CardElement> parts = [];
        if (known.Count > 0)
        {
            parts.Add(new Markdown(Lines(known)));
        }

        if (named.Count > 0)
        {
            parts.Add(new Markdown(Lines(named)));
        }

        if (Count(scopes) - known.Count - named.Count is > 0 and var more)
        {
            parts.Add(new Note(new($"and {more} more", $"另有 {more} 项", $"ほか {more} 件")));
        }

        return parts;
    }

    /// <summary>How many different things there are.</summary>
    public static int Count(ScopeSet scopes) => scopes.Select(ScopeTable.Find).OfType<LocalizedText>().Distinct().Count() + Named(scopes).Count();

    private static LocalizedText Lines(IReadOnlyCollection<LocalizedText> lines) => LocalizedText.Join("\n", [.. lines.Select(line => line.Select(text => "- " + text))]);

    private static IEnumerable<LocalizedText> Named(ScopeSet scopes) => scopes.Where(s => ScopeTable.Find(s) is null).Select(Name);

    // A code span ends at the next backtick, so only what looks like a scope is put in one.
    private static LocalizedText Name(string scope) => LocalizedText.Same(
        scope.Length <= MostChars && Plain().IsMatch(scope) ? $"`{scope}`" : MarkdownText.EscapeLine(scope, MostChars));

    [GeneratedRegex(@"^[A-Za-z0-9_.:\-]+\z")]
    private static partial Regex Plain();
}

namespace LarkService.Platform;

/// <summary>
/// Of scopes that are alternatives, the one that gives away least: the one for the smallest thing first (<c>docs:document.comment:…</c>
/// before <c>docs:doc:…</c>), then the one that does least with it (reading before one kind of change, before every kind, before all).
/// Where that says nothing, the platform's own order counts.
/// </summary>
internal static class LeastScope
{
    private static readonly string[] Reading = ["read", "readonly", "retrieve", "list", "search", "download", "export", "get", "basic", "recognize", "ask"];
    private static readonly string[] EveryChange = ["write", "write_only", "writeonly", "modify", "manage", "all"];

    /// <summary>More than the plain scope: it goes past a review, or past a border.</summary>
    private static readonly string[] Privileges = ["exempt_review", "multi-geo"];

    /// <returns>Null when there are none.</returns>
    public static string? Of(IEnumerable<string> alternatives) => alternatives
        .OrderBy(IsForApps) // not for users, as far as there is another
        .ThenByDescending(Width)
        .ThenBy(Effect)
        .FirstOrDefault();

    private static bool IsForApps(string scope) => scope.EndsWith("as_app", StringComparison.Ordinal) || scope.EndsWith("as_bot", StringComparison.Ordinal);

    /// <summary>Words that say what it is about: the more, the smaller.</summary>
    private static int Width(string scope) => (Action(scope) is { } action ? scope[..^(action.Length + 1)] : scope).Split(':', '.').Length;

    private static int Effect(string scope) => Action(scope) switch
    {
        null => 3,
        var action when Reading.Contains(action) => 0,
        var action when EveryChange.Contains(action) => 2,
        var action when Privileges.Contains(action) => 4,
        _ => 1,
    };

    /// <summary><c>area:thing</c> is everything with the thing, <c>area:thing:action</c> one action.</summary>
    private static string? Action(string scope) => scope.Split(':') is { Length: > 2 } parts ? parts[^1] : null;
}

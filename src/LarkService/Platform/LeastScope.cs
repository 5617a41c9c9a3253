namespace LarkService.Platform;

/// <summary>
/// Of several scopes that would each do, the one that gives away least. Scopes read <c>domain:resource:action</c>: what only reads
/// comes before what writes, what writes one thing before what does everything, and a part (<c>drive:drive.metadata</c>) before
/// the whole (<c>drive:drive</c>). Where that says nothing, the platform's own order counts.
/// </summary>
internal static class LeastScope
{
    private static readonly HashSet<string> Reading = new(StringComparer.Ordinal)
    {
        "read", "readonly", "read_only", "readonly_as_app", "list", "search", "retrieve", "get", "view", "check", "download", "view_record",
    };

    /// <returns>Null when there is none to choose from.</returns>
    public static string? Of(IEnumerable<string> alternatives) => alternatives.OrderBy(Access).ThenBy(Width).FirstOrDefault(); // a stable sort

    /// <summary>Reads; changes one thing; does all there is.</summary>
    private static int Access(string scope)
    {
        var parts = scope.Split(':');
        return parts.Any(Reading.Contains) ? 0 : parts.Length > 2 ? 1 : 2;
    }

    /// <summary>A part of a resource; a resource; the domain's main one, which stands for everything.</summary>
    private static int Width(string scope)
    {
        var parts = scope.Split(':');
        return parts.Length < 2 ? 2 : parts[1].Contains('.', StringComparison.Ordinal) ? 0 : parts[1] != parts[0] ? 1 : 2;
    }
}

namespace LarkService.Platform.Registry;

/// <summary>
/// The open platform's APIs by method and path. A look-up walks the path segment by segment, and allocates nothing. Where several
/// templates fit, the one whose first difference is written out wins over the one that has an id there.
/// </summary>
internal sealed class ApiRegistry
{
    private const string OpenApis = "open-apis";
    private readonly PathNode _root = new();
    private readonly PathNode _openApis;

    public ApiRegistry(IEnumerable<ApiEntry> entries)
    {
        _openApis = _root.Child(OpenApis);
        foreach (var entry in entries)
        {
            _root.Add(entry);
        }
    }

    /// <summary>The list that comes with the service.</summary>
    public static ApiRegistry Load() => new(ApiList.Read());

    /// <param name="method">In any case.</param>
    /// <param name="path">With or without <c>/open-apis</c>, with ids or with the template's names in their place; query, fragment and a slash at the end do not count.</param>
    /// <returns>Null when there is no such API.</returns>
    public ApiEntry? Find(ReadOnlySpan<char> method, ReadOnlySpan<char> path)
    {
        var rest = Plain(path);
        return _root.Find(method, rest) ?? _openApis.Find(method, rest);
    }

    /// <param name="path">As for <see cref="Find"/>.</param>
    /// <returns>The methods of the APIs that lie at this path, sorted; empty when there are none.</returns>
    public IReadOnlyList<string> MethodsOf(ReadOnlySpan<char> path)
    {
        var rest = Plain(path);
        var methods = new SortedSet<string>(StringComparer.Ordinal);
        _root.AddMethods(rest, methods);
        _openApis.AddMethods(rest, methods);
        return [.. methods];
    }

    private static ReadOnlySpan<char> Plain(ReadOnlySpan<char> path)
    {
        var end = path.IndexOfAny('?', '#');
        var rest = end < 0 ? path : path[..end];
        return rest is ['/', ..] ? rest[1..] : rest;
    }
}

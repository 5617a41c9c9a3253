namespace LarkService.Platform.Registry;

/// <summary>One place in the tree of path segments.</summary>
internal sealed class PathNode
{
    private readonly Dictionary<string, PathNode> _literals = new(StringComparer.Ordinal);
    private PathNode? _id;
    private ApiEntry[] _entries = [];

    public void Add(ApiEntry entry)
    {
        var node = this;
        foreach (var segment in entry.Template.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            node = segment.StartsWith(':') ? node._id ??= new PathNode() : node.Child(segment);
        }

        node._entries = [.. node._entries, entry];
    }

    public PathNode Child(string segment)
    {
        if (!_literals.TryGetValue(segment, out var child))
        {
            _literals[segment] = child = new PathNode();
        }

        return child;
    }

    /// <summary>No deeper than the tree, however long the path is.</summary>
    public ApiEntry? Find(ReadOnlySpan<char> method, ReadOnlySpan<char> path)
    {
        if (path.IsEmpty)
        {
            return Of(method);
        }

        var slash = path.IndexOf('/');
        var segment = slash < 0 ? path : path[..slash];
        var rest = slash < 0 ? default : path[(slash + 1)..];
        if (_literals.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(segment, out var literal) && literal.Find(method, rest) is { } found)
        {
            return found;
        }

        return _id is not null && IsId(segment) ? _id.Find(method, rest) : null;
    }

    /// <summary>Of every template that fits.</summary>
    public void AddMethods(ReadOnlySpan<char> path, ISet<string> methods)
    {
        if (path.IsEmpty)
        {
            methods.UnionWith(_entries.Select(e => e.Method));
            return;
        }

        var slash = path.IndexOf('/');
        var segment = slash < 0 ? path : path[..slash];
        var rest = slash < 0 ? default : path[(slash + 1)..];
        if (_literals.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(segment, out var literal))
        {
            literal.AddMethods(rest, methods);
        }

        if (_id is not null && IsId(segment))
        {
            _id.AddMethods(rest, methods);
        }
    }

    // A path that goes up again leads elsewhere than it looks.
    private static bool IsId(ReadOnlySpan<char> segment) => segment is not ("" or "." or "..");

    private ApiEntry? Of(ReadOnlySpan<char> method)
    {
        foreach (var entry in _entries)
        {
            if (method.Equals(entry.Method, StringComparison.OrdinalIgnoreCase))
            {
                return entry;
            }
        }

        return null;
    }
}

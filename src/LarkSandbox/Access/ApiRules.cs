namespace LarkSandbox.Access;

/// <summary>The platform's documented APIs by method and path; where several templates fit, one that is written out wins over one with an id.</summary>
internal sealed class ApiRules
{
    private const string Resource = "api-registry.tsv";
    private const string Nothing = "-";

    private readonly Node _root = new();

    private ApiRules(IEnumerable<ApiRule> rules)
    {
        foreach (var rule in rules)
        {
            _root.Add(rule);
        }
    }

    public static ApiRules Documented { get; } = new(Read());

    public IReadOnlyList<ApiRule> All => [.. _root.Everything()];

    /// <summary>Null when no API has this method and path.</summary>
    public ApiRule? Find(string method, string path) => Matching(path).FirstOrDefault(rule => rule.Method.Equals(method, StringComparison.OrdinalIgnoreCase));

    /// <summary>The methods that the path has.</summary>
    public IReadOnlyList<string> MethodsOf(string path) => [.. Matching(path).Select(rule => rule.Method).Distinct()];

    private static IEnumerable<ApiRule> Read()
    {
        using var stream = typeof(ApiRules).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not in the assembly.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                yield return Rule(line.Split('\t'));
            }
        }
    }

    private static ApiRule Rule(string[] columns) =>
        new(columns[0], columns[1], columns[2] == Nothing ? null : columns[2] == "none" ? [] : columns[2].Split(','), Words(columns[5]))
        {
            Rate = CallRate.Parse(columns[3]),
            IsHistoric = columns[4] != Nothing,
            UserScopes = columns.Length > 6 ? Words(columns[6]) : [],
        };

    private static string[] Words(string text) => text == Nothing ? [] : text.Split(' ');

    private IEnumerable<ApiRule> Matching(string path) => _root.Matching((path.EndsWith('/') ? path[..^1] : path).Split('/').Skip(1).ToArray(), 0);

    private sealed class Node
    {
        private readonly Dictionary<string, Node> _literals = new(StringComparer.Ordinal);
        private readonly List<ApiRule> _rules = [];
        private Node? _id;

        public void Add(ApiRule rule)
        {
            var node = this;
            foreach (var segment in rule.Template.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                node = segment.StartsWith(':') ? node._id ??= new Node() : node.Literal(segment);
            }

            node._rules.Add(rule);
        }

        public IEnumerable<ApiRule> Matching(string[] segments, int at)
        {
            if (at == segments.Length)
            {
                return _rules;
            }

            var written = _literals.TryGetValue(segments[at], out var literal) ? literal.Matching(segments, at + 1) : [];
            return _id is null || segments[at].Length == 0 ? written : written.Concat(_id.Matching(segments, at + 1));
        }

        public IEnumerable<ApiRule> Everything() => _rules.Concat(_literals.Values.Concat(_id is null ? [] : [_id]).SelectMany(n => n.Everything()));

        private Node Literal(string segment)
        {
            if (!_literals.TryGetValue(segment, out var node))
            {
                _literals[segment] = node = new Node();
            }

            return node;
        }
    }
}

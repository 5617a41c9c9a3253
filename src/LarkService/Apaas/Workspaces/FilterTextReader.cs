using System.Text;

namespace LarkService.Apaas.Workspaces;

/// <summary>
/// Reads the platform's own filters, which are PostgREST's: <c>age=gt.18&amp;name=eq.Ann</c>, <c>or=(age.lt.18,and(age.gt.60,name.like.A*))</c>.
/// What it does not know it refuses: nothing of a caller's text goes to the platform as it is.
/// </summary>
internal ref struct FilterTextReader
{
    private const string Shape = "filter: write it as age=gt.18&name=eq.Ann, as or=(age.lt.18,age.gt.60), or as JSON.";
    private readonly ReadOnlySpan<char> _text;
    private int _at;

    private FilterTextReader(ReadOnlySpan<char> text) => _text = text;

    /// <exception cref="FilterException">It is none.</exception>
    public static RecordFilter Read(string filter)
    {
        var parts = filter.Split('&').Select(Part).ToList();
        return parts is [var one] ? one : new RecordFilter.All(parts);
    }

    private static RecordFilter Part(string part)
    {
        var sign = part.IndexOf('=', StringComparison.Ordinal);
        if (sign <= 0)
        {
            throw new FilterException(Shape);
        }

        var (key, rest) = (part[..sign], Uri.UnescapeDataString(part[(sign + 1)..]));
        if (key is "and" or "or")
        {
            var reader = new FilterTextReader(rest);
            var list = reader.List(key, depth: 1);
            return reader._at == rest.Length ? list : throw new FilterException(Shape);
        }

        var dot = rest.IndexOf('.', StringComparison.Ordinal);
        var op = dot < 0 ? rest : rest[..dot];
        var value = dot < 0 ? "" : rest[(dot + 1)..];
        return FilterOps.Compare(key, op, op == FilterOps.In ? In(value) : [value]);
    }

    private static List<string> In(string value)
    {
        var reader = new FilterTextReader(value);
        var values = reader.Values();
        return reader._at == value.Length ? values : throw new FilterException(Shape);
    }

    private RecordFilter List(string key, int depth)
    {
        FilterOps.CheckDepth(depth);
        List<RecordFilter> items = [];
        Take('(');
        do
        {
            items.Add(Item(depth));
        }
        while (TryTake(','));
        Take(')');
        return key == "and" ? new RecordFilter.All(items) : new RecordFilter.Any(items);
    }

    private RecordFilter Item(int depth)
    {
        var name = Until('.', '(', ',', ')');
        if (name is "and" or "or" && _at < _text.Length && _text[_at] == '(')
        {
            return List(name, depth + 1);
        }

        Take('.');
        var op = Until('.', ',', ')');
        Take('.');
        return FilterOps.Compare(name, op, op == FilterOps.In ? Values() : [Value()]);
    }

    private List<string> Values()
    {
        List<string> values = [];
        Take('(');
        if (TryTake(')'))
        {
            return values;
        }

        do
        {
            values.Add(Value());
        }
        while (TryTake(','));
        Take(')');
        return values;
    }

    /// <summary>Up to the next comma or bracket, or in double quotes with backslashes.</summary>
    private string Value()
    {
        if (!TryTake('"'))
        {
            return Until(',', ')');
        }

        var value = new StringBuilder();
        while (_at < _text.Length && _text[_at] != '"')
        {
            if (_text[_at] == '\\')
            {
                _at++;
            }

            if (_at < _text.Length)
            {
                value.Append(_text[_at++]);
            }
        }

        Take('"');
        return value.ToString();
    }

    private string Until(params ReadOnlySpan<char> ends)
    {
        var length = _text[_at..].IndexOfAny(ends);
        var taken = length < 0 ? _text[_at..] : _text.Slice(_at, length);
        _at += taken.Length;
        return taken.ToString();
    }

    private void Take(char expected)
    {
        if (!TryTake(expected))
        {
            throw new FilterException(Shape);
        }
    }

    private bool TryTake(char expected)
    {
        if (_at >= _text.Length || _text[_at] != expected)
        {
            return false;
        }

        _at++;
        return true;
    }
}
